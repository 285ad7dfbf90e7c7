"""What was consented to on any day: replayed from the entries, against an oracle that paints a calendar."""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.consent import queries, replay, service
from portal.consent.models import Position
from portal.consent.statements import About, Giver, Statement
from tests.factories import people, referrals

FIRST = dt.date(2026, 3, 1)
DAYS = 45  # both days on which the clocks change are near enough to matter: 29 March is among them
PURPOSES = ("ksaf_support", "updates_to_referrer", "named_others")


@dataclass(frozen=True)
class Entered:
    """One entry of an invented ledger."""

    purpose: str
    position: Position
    effective_on: dt.date | None
    recorded_at: dt.datetime


@st.composite
def ledgers(draw) -> list[Entered]:
    """Entries as people make them: each about the day it is entered on, about an earlier one, or about none."""
    made, at = [], dt.datetime(2026, 3, 1, 0, 30, tzinfo=dt.UTC)
    for _ in range(draw(st.integers(0, 12))):
        at += dt.timedelta(hours=draw(st.integers(0, 140)))
        back = draw(st.none() | st.integers(0, 20))
        effective = None if back is None else max(FIRST, at.date() - dt.timedelta(days=back))
        made.append(Entered(draw(st.sampled_from(PURPOSES)), draw(st.sampled_from(list(Position))), effective, at))
    return made


def painted(entries: list[Entered]) -> dict[tuple[str, dt.date], Position]:
    """Paint each entry over every day from its first on, one after the other: what shows at last is what counted."""
    calendar = {}
    for each in entries:
        summer = (
            dt.timedelta(hours=1) if each.recorded_at >= dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC) else dt.timedelta()
        )
        day = each.effective_on or (each.recorded_at + summer).date()
        while day <= FIRST + dt.timedelta(days=DAYS + 60):
            calendar[each.purpose, day] = each.position
            day += dt.timedelta(days=1)
    return calendar


@settings(max_examples=300, deadline=None)
@given(ledgers())
@example([Entered("ksaf_support", Position.GIVEN, None, dt.datetime(2026, 3, 30, 23, 30, tzinfo=dt.UTC))])
def test_every_day_answers_as_the_painted_calendar_does(entries):
    calendar = painted(entries)
    for number in range(DAYS):
        day = FIRST + dt.timedelta(days=number)
        found = {purpose: each.position for purpose, each in replay.on(day, entries).items()}
        assert found == {purpose: position for (purpose, on), position in calendar.items() if on == day}


@settings(max_examples=100, deadline=None)
@given(ledgers())
def test_after_the_last_entry_it_is_what_stands(entries):
    newest = {each.purpose: each for each in entries}
    assert replay.on(FIRST + dt.timedelta(days=400), entries) == newest


@pytest.fixture
def world(tx):
    person = people.add_person(people.add_organisation())
    return person, referrals.draft(person)


def enter(person, draft, purpose: str, position: Position, on: dt.date | None) -> None:
    about = About(draft.id, draft.organisation_id, draft.reference)
    giver = Giver("Sana Khan", "parental_responsibility", "phone", on)
    service.record_from_referral(person.actor, about, "KSAF", [Statement(purpose, position)], giver)


def test_the_ledger_answers_for_a_day(world, moment):
    person, draft = world
    enter(person, draft, "ksaf_support", Position.GIVEN, dt.date(2026, 11, 19))
    moment.advance(days=4)
    enter(person, draft, "ksaf_support", Position.WITHDRAWN, dt.date(2026, 11, 25))

    def said(day: int) -> list[tuple[str, bool]]:
        lines = queries.as_of(person.actor, draft.id, dt.date(2026, 11, day))
        return [(each.position, each.is_newest) for each in lines]

    assert said(18) == []
    assert said(19) == said(24) == [("Agreed", False)]
    assert said(25) == said(30) == [("Withdrawn", True)]


def test_another_organisation_is_told_nothing(world, tx):
    person, draft = world
    enter(person, draft, "ksaf_support", Position.GIVEN, None)
    outsider = people.add_person(people.add_organisation())
    assert queries.as_of(outsider.actor, draft.id, dt.date(2026, 11, 23)) == []


def test_the_tab_asks_for_a_day_and_answers(database, client_of, moment):
    with database.transaction():
        person = people.add_person(people.add_organisation())
        draft = referrals.sent(person)
        enter(person, draft, "ksaf_support", Position.GIVEN, dt.date(2026, 11, 19))
        path = f"/referrals/{draft.reference}?tab=consent"
    client = client_of(person)
    assert "On a day in the past" in client.get(path).text
    page = client.get(f"{path}&on=20&on=11&on=2026").text
    assert "On Friday 20 November 2026" in page
    assert "Recorded only on Monday 23 November 2026 at 10am" in page
    assert "Nothing had been recorded for that day." in client.get(f"{path}&on=18&on=11&on=2026").text
    for typed, told in (
        ("on=31&on=2&on=2026", "There is something"),
        ("on=24&on=11&on=2026", "Enter today or a day before"),
    ):
        page = client.get(f"{path}&{typed}")
        assert (page.status_code, told in page.text) == (200, True)
        assert 'value="2026"' in page.text
