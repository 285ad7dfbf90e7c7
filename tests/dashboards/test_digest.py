"""Summaries by mail: once on a working morning, for whoever chose them, and never with a name."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from portal import scheduler
from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import MailRhythm, Membership
from portal.dashboards import digest
from portal.dashboards.digest import is_working_morning
from portal.notifications.models import OutboxMail
from portal.referrals import conversation, queries
from portal.timescales.calendar import WorkingCalendar
from tests.factories import people, referrals

CALENDAR = WorkingCalendar.for_england({})
TUESDAY_8AM = datetime(2026, 11, 24, 8, tzinfo=UTC)
SUMMARY = "notifications/summary"


@pytest.mark.parametrize(
    ("at", "may_go"),
    [
        (datetime(2026, 11, 23, 8, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), False),
        (TUESDAY_8AM, True),
        (datetime(2026, 11, 28, 9, tzinfo=UTC), False),
        (datetime(2026, 8, 31, 9, tzinfo=UTC), False),  # the summer bank holiday, a Monday
        (datetime(2026, 9, 1, 7, tzinfo=UTC), True),  # 8am in summer time
    ],
)
def test_a_summary_goes_out_on_a_working_morning(at, may_go):
    assert is_working_morning(CALENDAR, at) is may_go


@pytest.fixture
def cast(database, moment):
    """A referral that KSAF has acknowledged; its referrer chose a summary a day on Monday."""
    with database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        school = people.add_organisation(name="Larkfield Vale Academy")
        made = {
            "referrer": people.add_person(school, Role.REFERRER, "Ruth Adeyemi"),
            "officer": people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
            "adviser": people.add_person(ksaf, Role.SUPPORT_LINE_ADVISER, "Tess Bright"),
        }
        made["reference"] = referrals.acknowledged(made["referrer"], made["officer"]).reference
    with database.system_transaction() as session:
        own = select(Membership).where(Membership.user_id == made["referrer"].user_id)
        session.scalars(own).one().mail_rhythm = MailRhythm.DAILY
    return made


def _summaries(database) -> list[OutboxMail]:
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(OutboxMail).where(OutboxMail.template == SUMMARY)).all())


def test_it_says_what_changed_by_reference_once_a_day(database, cast, moment):
    moment.set(TUESDAY_8AM)
    assert [digest.run(database, moment.now)["summaries"] for _ in range(3)] == [1, 0, 0]
    [mail] = _summaries(database)
    assert mail.to_address == cast["referrer"].email
    assert mail.context["changed"] == [cast["reference"]]
    assert "Amira" not in str(mail.context)
    moment.advance(days=1)
    assert digest.run(database, moment.now)["summaries"] == 1


def test_nothing_to_say_is_no_mail(database, cast, moment):
    with database.system_transaction() as session:
        own = select(Membership).where(Membership.user_id == cast["adviser"].user_id)
        session.scalars(own).one().mail_rhythm = MailRhythm.WEEKLY
    moment.set(TUESDAY_8AM + timedelta(days=6))
    digest.run(database, moment.now)
    assert [mail.to_address for mail in _summaries(database)] == [cast["referrer"].email]


def test_one_a_week_that_its_monday_missed_goes_on_the_next_working_morning(database, cast, moment):
    with database.system_transaction() as session:
        held = session.scalars(select(Membership).where(Membership.user_id == cast["referrer"].user_id)).one()
        held.mail_rhythm, held.digest_on = MailRhythm.WEEKLY, moment.now.date() - timedelta(days=3)
    moment.set(TUESDAY_8AM)
    sent = []
    for _ in range(7):  # Tuesday, since nothing passed on Monday; then the Monday after
        sent.append(digest.run(database, moment.now)["summaries"])
        moment.advance(days=1)
    assert sent == [1, 0, 0, 0, 0, 0, 1]


def test_one_that_breaks_keeps_no_other_from_theirs(database, cast, moment, monkeypatch, caplog):
    with database.system_transaction() as session:
        theirs = select(Membership).where(Membership.user_id == cast["officer"].user_id)
        session.scalars(theirs).one().mail_rhythm = MailRhythm.DAILY
    changed = digest._changed

    def broken(actor):
        if actor.user_id == cast["referrer"].user_id:
            raise RuntimeError("no")
        return [cast["reference"], *changed(actor)]

    monkeypatch.setattr(digest, "_changed", broken)
    moment.set(TUESDAY_8AM)
    assert digest.run(database, moment.now) == {"summaries": 1, "broken": 1}
    assert [mail.to_address for mail in _summaries(database)] == [cast["officer"].email]
    assert cast["referrer"].email not in caplog.text
    monkeypatch.undo()
    assert digest.run(database, moment.now) == {"summaries": 1, "broken": 0}


def test_whoever_has_left_is_sent_nothing(database, cast, moment):
    with database.system_transaction() as session:
        own = select(Membership).where(Membership.user_id == cast["referrer"].user_id)
        session.scalars(own).one().ended_at = moment.now
    moment.set(TUESDAY_8AM)
    assert digest.run(database, moment.now)["summaries"] == 0


def test_a_message_waits_for_the_summary(database, cast, moment):
    """It stands in the portal at once; another school's summary knows nothing of it."""
    with database.transaction(tenant=cast["officer"].organisation_id):
        row = queries.get_referral(cast["officer"].actor, cast["reference"])
        conversation.send_message(cast["officer"].actor, row, "How is she?")
    with database.system_transaction(write=False) as session:
        told = session.scalars(select(OutboxMail).where(OutboxMail.template == "referrals/message")).all()
    assert told == []
    with database.transaction():
        other = people.add_person(people.add_organisation(name="Elsewhere School"), Role.REFERRER, "Jo Hill")
    with database.system_transaction() as session:
        own = select(Membership).where(Membership.user_id == other.user_id)
        session.scalars(own).one().mail_rhythm = MailRhythm.DAILY
    moment.set(TUESDAY_8AM)
    assert digest.run(database, moment.now)["summaries"] == 1
    assert [mail.to_address for mail in _summaries(database)] == [cast["referrer"].email]


def test_the_scheduler_sends_them():
    assert scheduler._summaries in scheduler.PARTS
