"""A copy of a record from the command line."""

import pytest
from sqlmodel import select

from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from tests.factories import people, referrals

DECIDED = "Ruth Lane decided on 23 November: nothing here would cause harm."


@pytest.fixture
def reference(database, moment):
    with database.transaction():
        return referrals.sent(people.add_person(people.add_organisation())).reference


def test_the_command_writes_both_and_leaves_an_event(database, reference, tmp_path, portal):
    for name in ("copy.json", "copy.pdf"):
        out = tmp_path / name
        done = portal("subject-export", reference, "--out", str(out), "--safeguarding", "withhold", "--why", DECIDED)
        assert done.exit_code == 0, done.stderr
        assert out.stat().st_mode & 0o077 == 0
        assert out.stat().st_size > 1000
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(AuditEvent.action)).all().count(Action.RECORD_COPIED) == 2


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("reference", "out", "why", "said"),
    [
        ("KSAF-0000-0000", "copy.json", DECIDED, "There is no referral"),
        ("KSAF-0000-0000", "copy.doc", DECIDED, "must end in"),
        ("KSAF-0000-0000", "copy.pdf", " ", "Say why"),
    ],
)
def test_what_cannot_be_done_is_refused(portal, tmp_path, reference, out, why, said):
    done = portal("subject-export", reference, "--out", str(tmp_path / out), "--safeguarding", "give", "--why", why)
    assert done.exit_code == 1
    assert said in done.stderr
    assert not (tmp_path / out).exists()
