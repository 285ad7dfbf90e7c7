"""Deadlines started, met, paused, resumed and cancelled, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from portal.access.roles import OrganisationKind
from portal.tenancy import as_system, enter
from portal.timescales import closures, service
from portal.timescales.models import ClosureDay, Deadline, DeadlineRung, DeadlineState
from portal.timescales.pauses import Pause
from portal.timescales.policy_rows import PolicyError
from portal.timescales.service import Subject
from tests.factories import people

SUBJECT = Subject("referral", 77)
REFERENCE = "KSAF-7F3K-9QRT"
TUESDAY_5PM = datetime(2026, 11, 24, 17, tzinfo=UTC)


@pytest.fixture
def sides(tx):
    """KSAF and a school, with the session KSAF's."""
    ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
    school = people.add_organisation()
    enter(tx, ksaf.id)
    return ksaf, school


def begin(sides, kind="acknowledge", **more) -> Deadline:
    ksaf, school = sides
    return service.start(kind, SUBJECT, REFERENCE, owed_by_id=ksaf.id, owed_to_id=school.id, **more)


def rungs_of(tx, deadline) -> dict[str, DeadlineRung]:
    rows = tx.scalars(select(DeadlineRung).where(DeadlineRung.deadline_id == deadline.id)).all()
    return {row.rung: row for row in rows}


def test_a_deadline_starts_with_its_length_and_its_ladder(tx, sides):
    deadline = begin(sides)
    assert deadline.due_at == TUESDAY_5PM
    assert {name: row.fires_at for name, row in rungs_of(tx, deadline).items()} == {
        "approaching": TUESDAY_5PM - timedelta(hours=2),
        "missed": TUESDAY_5PM,
        "still_missed": TUESDAY_5PM + timedelta(days=1),
    }


def test_a_closure_day_is_no_working_day(tx, sides):
    tx.add(ClosureDay(day=TUESDAY_5PM.date(), reason="Training day", added_at=TUESDAY_5PM))
    tx.flush()
    assert begin(sides).due_at == TUESDAY_5PM + timedelta(days=1)


def test_starting_what_runs_already_returns_it(tx, sides, moment):
    first = begin(sides)
    moment.advance(hours=3)
    assert begin(sides).id == first.id
    assert len(rungs_of(tx, first)) == 3


def test_a_kind_the_policy_lacks_is_refused(sides):
    with pytest.raises(PolicyError):
        begin(sides, "tea")


def test_meeting_ends_it_and_drops_the_rungs(tx, sides, moment):
    deadline = begin(sides)
    moment.advance(hours=1)
    service.meet(SUBJECT, "acknowledge", "Acknowledged")
    tx.refresh(deadline)
    assert (deadline.state, deadline.met_at, deadline.ended_why) == (DeadlineState.MET, moment.now, "Acknowledged")
    assert all(row.dropped_at == moment.now for row in rungs_of(tx, deadline).values())


def test_meeting_twice_keeps_the_first_time(tx, sides, moment):
    deadline, first = begin(sides), moment.now
    service.meet(SUBJECT, "acknowledge", "Acknowledged")
    moment.advance(hours=1)
    service.meet(SUBJECT, "acknowledge", "Acknowledged again")
    tx.refresh(deadline)
    assert (deadline.met_at, deadline.ended_why) == (first, "Acknowledged")


def test_one_that_was_missed_stays_missed_when_it_is_met(tx, sides, moment):
    deadline = begin(sides)
    deadline.state = DeadlineState.MISSED
    moment.advance(days=3)
    service.meet(SUBJECT, "acknowledge", "Acknowledged")
    tx.refresh(deadline)
    assert (deadline.state, deadline.met_at) == (DeadlineState.MISSED, moment.now)


def test_cancelling_ends_it_unmet(tx, sides, moment):
    deadline = begin(sides)
    service.cancel(SUBJECT, "acknowledge", "Withdrawn")
    tx.refresh(deadline)
    assert (deadline.state, deadline.met_at, deadline.ended_at) == (DeadlineState.CANCELLED, None, moment.now)


def test_a_pause_gives_back_the_working_days_that_were_left(tx, sides, moment):
    deadline = begin(sides, "outcome")  # due Monday 30 November: five working days
    moment.set(datetime(2026, 11, 25, 12, tzinfo=UTC))
    service.pause(SUBJECT, Pause.INFORMATION)
    tx.refresh(deadline)
    assert deadline.state is DeadlineState.PAUSED
    moment.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
    service.resume(SUBJECT)
    tx.refresh(deadline)
    assert (deadline.state, deadline.due_at) == (DeadlineState.RUNNING, datetime(2026, 12, 4, 17, tzinfo=UTC))
    rungs = rungs_of(tx, deadline)
    assert rungs["missed"].fires_at == deadline.due_at
    assert rungs["still_missed"].fires_at == datetime(2026, 12, 7, 17, tzinfo=UTC)


def test_what_is_overdue_is_not_paused(tx, sides, moment):
    deadline = begin(sides, "decide")
    moment.set(TUESDAY_5PM)
    service.pause(SUBJECT, Pause.INFORMATION)
    tx.refresh(deadline)
    assert deadline.state is DeadlineState.RUNNING


def test_what_ended_is_neither_paused_nor_resumed(tx, sides):
    deadline = begin(sides, "decide")
    service.meet(SUBJECT, "decide", "Decided")
    service.pause(SUBJECT, Pause.INFORMATION)
    service.resume(SUBJECT)
    tx.refresh(deadline)
    assert deadline.state is DeadlineState.MET


def test_the_next_due_is_the_earliest_still_owed(tx, sides, moment):
    begin(sides, "outcome")
    acknowledge = begin(sides)
    assert service.next_due(REFERENCE, sides[1].id) == ("acknowledge", TUESDAY_5PM)
    acknowledge.state = DeadlineState.MISSED
    assert service.next_due(REFERENCE, sides[1].id) == ("acknowledge", TUESDAY_5PM)
    service.meet(SUBJECT, "acknowledge", "Acknowledged")
    assert service.next_due(REFERENCE, sides[1].id) == ("outcome", datetime(2026, 11, 30, 17, tzinfo=UTC))
    service.pause(SUBJECT, Pause.INFORMATION)
    assert service.next_due(REFERENCE, sides[1].id) is None


def test_assigning_puts_open_deadlines_on_the_person(tx, sides):
    deadline = begin(sides)
    service.assign(SUBJECT, 5, owed_by_id=sides[0].id)
    tx.refresh(deadline)
    assert deadline.person_id == 5


def test_the_other_side_may_end_what_it_is_owed(tx, sides):
    deadline = begin(sides)
    enter(tx, sides[1].id)
    service.cancel(SUBJECT, "acknowledge", "Withdrawn")
    enter(tx, sides[0].id)
    state = tx.scalars(select(Deadline.state).where(col(Deadline.id) == deadline.id)).one()
    assert state is DeadlineState.CANCELLED


def test_a_third_organisation_reaches_nothing(tx, sides):
    deadline = begin(sides)
    enter(tx, people.add_organisation().id)
    service.cancel(SUBJECT, "acknowledge", "Withdrawn")
    with as_system(tx):
        state = tx.scalars(select(Deadline.state).where(col(Deadline.id) == deadline.id)).one()
    assert state is DeadlineState.RUNNING


def test_a_deadline_across_the_clock_change_ends_at_five_in_london(tx, sides, moment):
    moment.set(datetime(2026, 10, 23, 9, tzinfo=UTC))  # Friday; the clocks go back on Sunday
    deadline = begin(sides)
    assert deadline.due_at == datetime(2026, 10, 26, 17, tzinfo=UTC)
    moment.set(datetime(2027, 3, 26, 9, tzinfo=UTC))  # Good Friday; forward on Sunday, Easter Monday follows
    assert begin(sides, "outcome").due_at == datetime(2027, 4, 5, 16, tzinfo=UTC)


def test_closure_days_are_added_and_removed_once(tx, sides):
    admin = people.add_person(sides[0]).actor
    day = datetime(2026, 12, 29, tzinfo=UTC).date()
    assert closures.add(admin, day, "Christmas closure")
    assert not closures.add(admin, day, "Again")
    assert not closures.calendar().is_working_day(day)
    assert closures.remove(admin, day)
    assert not closures.remove(admin, day)
    assert closures.calendar().is_working_day(day)
