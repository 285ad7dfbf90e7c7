"""Summaries by mail: once on a working morning, for whoever chose them, and never with a name."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from portal import scheduler
from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import MailRhythm, Membership
from portal.dashboards import digest
from portal.dashboards.digest import is_due
from portal.notifications.models import OutboxMail
from portal.referrals import conversation, queries
from portal.timescales.calendar import WorkingCalendar
from tests.factories import people, referrals

CALENDAR = WorkingCalendar.for_england({})
TUESDAY_8AM = datetime(2026, 11, 24, 8, tzinfo=UTC)
SUMMARY = "notifications/summary"


@pytest.mark.parametrize(
    ("at", "daily", "weekly"),
    [
        (datetime(2026, 11, 23, 8, tzinfo=UTC), True, True),
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), False, False),
        (TUESDAY_8AM, True, False),
        (datetime(2026, 11, 28, 9, tzinfo=UTC), False, False),
        (datetime(2026, 8, 31, 9, tzinfo=UTC), False, False),  # the summer bank holiday, a Monday
        (datetime(2026, 9, 1, 7, tzinfo=UTC), True, True),  # 8am in summer time, the week's first working day
    ],
)
def test_a_summary_goes_out_on_a_working_morning(at, daily, weekly):
    assert (is_due(MailRhythm.DAILY, CALENDAR, at), is_due(MailRhythm.WEEKLY, CALENDAR, at)) == (daily, weekly)


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
    assert [digest.run(database, moment.now) for _ in range(3)] == [1, 0, 0]
    [mail] = _summaries(database)
    assert mail.to_address == cast["referrer"].email
    assert mail.context["changed"] == [cast["reference"]]
    assert "Amira" not in str(mail.context)
    moment.advance(days=1)
    assert digest.run(database, moment.now) == 1


def test_nothing_to_say_is_no_mail(database, cast, moment):
    with database.system_transaction() as session:
        own = select(Membership).where(Membership.user_id == cast["adviser"].user_id)
        session.scalars(own).one().mail_rhythm = MailRhythm.WEEKLY
    moment.set(TUESDAY_8AM + timedelta(days=6))
    digest.run(database, moment.now)
    assert [mail.to_address for mail in _summaries(database)] == [cast["referrer"].email]


def test_whoever_has_left_is_sent_nothing(database, cast, moment):
    with database.system_transaction() as session:
        own = select(Membership).where(Membership.user_id == cast["referrer"].user_id)
        session.scalars(own).one().ended_at = moment.now
    moment.set(TUESDAY_8AM)
    assert digest.run(database, moment.now) == 0


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
    assert digest.run(database, moment.now) == 1
    assert [mail.to_address for mail in _summaries(database)] == [cast["referrer"].email]


def test_the_scheduler_sends_them():
    assert scheduler._summaries in scheduler.PARTS
