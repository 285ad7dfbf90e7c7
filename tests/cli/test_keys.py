"""Changing keys from the command line."""

import pytest
from sqlmodel import select

from portal import crypto
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.referrals.files import storage
from tests.conftest import KEYS
from tests.factories import people, referrals

NEW = "another-test-key-that-is-long-enough-987654"


@pytest.fixture
def written(database, moment, tmp_path):
    storage.use_folder(tmp_path / "attachments")
    with database.transaction():
        referrals.sent(people.add_person(people.add_organisation()))
    yield
    crypto.use_keys(KEYS)


def test_a_run_says_what_it_did_and_is_an_event(portal, written, database):
    done = portal("keys", "rotate", PORTAL_SECRET_KEYS=f"{NEW},{KEYS[0]}")
    assert done.exit_code == 0
    assert "referral_section.answers: 8" in done.stdout
    again = portal("keys", "rotate", PORTAL_SECRET_KEYS=NEW)
    assert again.exit_code == 0
    assert again.stdout.startswith("0 renewed; ")
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(AuditEvent.action)).all().count(Action.KEYS_ROTATED) == 1


def test_a_key_that_is_missing_is_1_and_says_where(portal, written):
    done = portal("keys", "rotate", PORTAL_SECRET_KEYS=NEW)
    assert done.exit_code == 1
    assert "referral_section.answers (8)" in done.stderr
