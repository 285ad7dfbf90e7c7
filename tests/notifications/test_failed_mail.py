"""A mail that fails for good: who at KSAF is prompted, once, without an address."""

import pytest
from sqlmodel import select

from portal import scheduler
from portal.access.roles import Role
from portal.config import from_environment
from portal.referrals import telling
from portal.timescales import wording
from portal.timescales.models import Prompt
from tests.conftest import KEYS
from tests.factories import people, referrals


@pytest.fixture
def settings(sink, tmp_path):
    return from_environment(
        {
            "PORTAL_ENV": "test",
            "PORTAL_DATA_DIR": str(tmp_path),
            "PORTAL_SECRET_KEYS": KEYS[0],
            "PORTAL_SMTP_URL": sink.url,
        }
    )


def prompted(database) -> list[Prompt]:
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(Prompt).where(Prompt.kind == "mail_failed").order_by(Prompt.id)).all())


def test_the_layer_above_hears_of_a_failure_once_and_of_no_other_end(outbox, sink):
    sink.answers = ["550 No such person", "451 Try again later"]
    for address in ("gone@school.example", "busy@school.example", "dsl@school.example"):
        outbox.queue(address)
    assert outbox.deliver(sink.url) == {"mail_sent": 1, "mail_retry": 1, "mail_failed": 1}
    assert [mail.to_address for mail in outbox.failed] == ["gone@school.example"]
    outbox.deliver(sink.url)
    assert len(outbox.failed) == 1


def test_a_failure_that_cannot_be_told_is_not_noted_either(outbox, sink):
    def broken(_mail):
        raise RuntimeError("no")

    sink.answers = ["550 No such person"]
    outbox.queue()
    outbox.failed = type("Broken", (), {"append": staticmethod(broken)})()
    with pytest.raises(RuntimeError):
        outbox.deliver(sink.url)
    assert outbox.rows()[0].state.value == "sending"


def test_a_tick_prompts_administrators_and_whoever_has_the_referral(outbox, sink, settings, database, moment):
    with database.transaction():
        officer, administrator, other = (
            referrals.staff(),
            referrals.staff(Role.ADMINISTRATOR),
            referrals.staff(Role.TRIAGE_OFFICER),
        )
        referral = referrals.acknowledged(people.add_person(people.add_organisation()), officer)
    sink.answers = ["550 No such person gone@school.example"] * 2
    outbox.queue("gone@school.example", reference=referral.reference)
    outbox.queue("also-gone@school.example", reference=referral.reference)
    done = scheduler.tick(database, settings, moment.now)
    assert (done["mail_failed"], done["broken"]) == (2, 0)
    rows = prompted(database)
    assert {row.user_id for row in rows} == {officer.user_id, administrator.user_id}
    assert other.user_id not in {row.user_id for row in rows}
    assert {row.reference for row in rows} == {referral.reference}
    assert len(rows) == 2
    assert all("gone@" not in str(vars(wording.of_prompt(row.kind, None))) for row in rows)


def test_a_referral_that_nobody_has_concerns_all_of_triage(database, moment):
    with database.transaction():
        officers = [referrals.staff(), referrals.staff()]
        referral = referrals.sent(people.add_person(people.add_organisation()))
    with database.system_transaction():
        telling.failed_mail(referral.reference)
    assert {row.user_id for row in prompted(database)} == {officer.user_id for officer in officers}


def test_mail_about_no_referral_concerns_administrators_else_managers(database, moment):
    with database.transaction():
        manager, _officer = referrals.staff(Role.MANAGER), referrals.staff()
    with database.system_transaction():
        telling.failed_mail(None)
    assert [(row.user_id, row.reference) for row in prompted(database)] == [(manager.user_id, "")]


def test_before_ksaf_has_been_added_nobody_is_told(database, moment):
    with database.system_transaction():
        telling.failed_mail("KSAF-7F3K-9QRT")
    assert prompted(database) == []
