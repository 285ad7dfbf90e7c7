"""What is due, and nothing before its day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select, update

from portal.access.roles import Role
from portal.accounts.models import Membership
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.retention import queries, shown
from portal.web.dates import in_london
from tests.factories import concerns

MADE = date(2026, 11, 23)


def due_on(database, day):
    with database.system_transaction(write=False):
        return queries.due(day, 1000)


def references(found, kind="referral"):
    return {line.reference for line in found if line.kind == kind}


def test_each_kind_falls_due_on_its_day_and_not_before(database, world):
    school = world.school.references
    days = {
        date(2027, 11, 23): {State.DRAFT},
        date(2029, 11, 23): {State.NOT_ACCEPTED, State.WITHDRAWN},
        date(2032, 11, 23): {State.CLOSED},
    }
    for day, states in days.items():
        for state in states:
            assert school[state] not in references(due_on(database, day - timedelta(days=1)))
            assert school[state] in references(due_on(database, day))


def test_what_is_open_is_never_due(database, world):
    found = references(due_on(database, date(2090, 1, 1)))
    ended = {State.DRAFT, State.NOT_ACCEPTED, State.WITHDRAWN, State.CLOSED}
    for state, reference in world.school.references.items():
        assert (reference in found) is (state in ended)


def test_a_safeguarding_record_keeps_its_referral_until_the_child_is_25(database, world):
    closed = world.school.references[State.CLOSED]
    with database.transaction():
        concerns.raised(closed, world.school.people[Role.REFERRER], "worry")
    born = date(2013, 5, 4)
    assert closed not in references(due_on(database, born.replace(year=2038) - timedelta(days=1)))
    [line] = [each for each in due_on(database, born.replace(year=2038)) if each.reference == closed]
    assert (line.rule, line.due_on) == ("safeguarding", born.replace(year=2038))
    with database.system_transaction() as session:
        session.execute(update(Referral).where(Referral.reference == closed).values(child_date_of_birth=None))
    assert closed not in references(due_on(database, date(2051, 11, 22)))
    assert closed in references(due_on(database, date(2051, 11, 23)))


def test_calls_and_call_backs(database, world):
    assert world.ksaf.enquiry not in references(due_on(database, date(2028, 11, 22)), "enquiry")
    assert world.ksaf.enquiry in references(due_on(database, date(2028, 11, 23)), "enquiry")
    assert references(due_on(database, date(2090, 1, 1)), "call_back") == set()  # the calls are still owed


def test_an_account_is_due_when_its_last_membership_is_long_over(database, world):
    viewer = world.school.people[Role.VIEWER].user_id
    with database.system_transaction() as session:
        session.execute(
            update(Membership)
            .where(Membership.user_id == viewer)
            .values(ended_at=datetime(2026, 11, 23, 12, tzinfo=UTC))
        )
    assert references(due_on(database, date(2032, 11, 22)), "account") == set()
    assert references(due_on(database, date(2032, 11, 23)), "account") == {f"account {viewer}"}


@pytest.mark.parametrize("day", [date(2027, 11, 23), date(2033, 1, 1), date(2060, 1, 1)])
def test_the_query_and_the_rule_agree_and_every_due_is_counted(database, world, day):
    found = due_on(database, day)
    assert found
    assert all(line.due_on <= day for line in found)
    with database.system_transaction(write=False) as session:
        counts, going = queries.counts(day)
        rows = session.scalars(select(Referral)).all()
        assert sum(counts.values()) == len(found)
        assert shown.Overview(found, counts, going, []).total == len(found)
    times = {
        state: years
        for states, years in (
            ((State.CLOSED,), 6),
            ((State.NOT_ACCEPTED, State.WITHDRAWN), 3),
            ((State.DRAFT, State.DISCARDED), 1),
        )
        for state in states
    }
    expected = {
        row.reference
        for row in rows
        if row.state in times
        and (changed := in_london(row.last_change_at).date()).replace(year=changed.year + times[row.state]) <= day
    }
    assert references(found) == expected


def test_the_list_is_as_long_as_asked_for(database, world):
    with database.system_transaction(write=False):
        assert len(queries.due(date(2090, 1, 1), 3)) == 3
        assert shown.overview(MADE).in_words == "Nothing"
