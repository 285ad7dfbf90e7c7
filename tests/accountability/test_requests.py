"""Requests about data on both engines: recorded, asked back, extended, answered, each with its clock."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from portal.access.roles import Role
from portal.accountability.requests import clocks, queries, service
from portal.accountability.requests.rules import Kind, Outcome, Question, RequestState
from portal.accountability.requests.service import RequestRefusedError
from portal.audit.models import AuditEvent
from portal.tenancy import as_system, enter
from portal.timescales.models import ClosureDay, Deadline, DeadlineState
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.factories.data_requests import asked


@pytest.fixture
def manager(tx):
    made = referrals.staff(Role.MANAGER)
    enter(tx, made.organisation_id)
    return made


def deadlines(tx, request) -> dict[str, Deadline]:
    """The newest deadline of each kind on a request."""
    about = clocks.subject_of(request)
    rows = tx.scalars(select(Deadline).where(Deadline.subject_type == about.type, Deadline.subject_id == about.id))
    return {row.kind: row for row in sorted(rows, key=lambda row: row.id)}


def due(tx, request, kind="data_request") -> date:
    return deadlines(tx, request)[kind].due_at.date()


@pytest.mark.parametrize(
    ("received", "answer_by"),
    [
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2026, 10, 31), date(2026, 11, 30)),  # no 31 November
        (date(2026, 11, 5), date(2026, 12, 7)),  # 5 December is a Saturday
        (date(2026, 11, 20), date(2026, 12, 21)),
    ],
)
def test_the_month_runs_from_the_day_it_was_received(tx, manager, received, answer_by):
    made = service.record(manager.actor, asked(received_on=received))
    assert due(tx, made) == answer_by
    assert {row.owed_by_id for row in deadlines(tx, made).values()} == {manager.organisation_id}


def test_a_bank_holiday_moves_what_the_law_sets_and_a_closure_day_of_ksafs_does_not(tx, manager, moment):
    tx.add(ClosureDay(day=date(2026, 12, 29), reason="Closed between the years", added_at=moment.now))
    tx.flush()
    made = service.record(manager.actor, asked(received_on=date(2026, 11, 25)))
    assert due(tx, made) == date(2026, 12, 29)  # 25 and 28 December are bank holidays


def test_a_complaint_is_acknowledged_in_thirty_days_from_the_day_after(tx, manager):
    made = service.record(manager.actor, asked(kind=Kind.COMPLAINT))
    assert due(tx, made, "data_complaint") == date(2026, 12, 23)
    service.acknowledge(manager.actor, made, "By letter")
    owed = deadlines(tx, made)
    assert owed["data_complaint"].state is DeadlineState.MET
    assert owed["data_complaint_outcome"].state is DeadlineState.RUNNING
    with pytest.raises(SomeoneWasFirstError):
        service.acknowledge(manager.actor, made, "Again")
    service.answer(manager.actor, made, Outcome.UPHELD, "KSAF was wrong", "By letter")
    assert {row.state for row in deadlines(tx, made).values()} == {DeadlineState.MET}


def test_the_month_begins_when_the_proof_comes_that_ksaf_asked_for(tx, manager, moment):
    made = service.record(manager.actor, asked(known_by=""))
    service.ask(manager.actor, made, Question.IDENTITY, "Who are you?")
    owed = deadlines(tx, made)
    assert owed["data_request"].state is DeadlineState.PAUSED
    assert owed["data_request_reply"].state is DeadlineState.RUNNING
    with pytest.raises(RequestRefusedError, match="who they say"):
        service.answer(manager.actor, made, Outcome.GRANTED, "All of it", "By post")
    moment.advance(days=9)
    service.reply(manager.actor, made, "A passport", date(2026, 12, 1))
    assert due(tx, made) == date(2027, 1, 4)  # 1 January is a bank holiday, then a weekend
    assert deadlines(tx, made)["data_request_reply"].state is DeadlineState.MET
    assert made.is_known


def test_days_of_waiting_for_clarification_do_not_count(tx, manager, moment):
    made = service.record(manager.actor, asked())
    moment.advance(days=1)
    service.ask(manager.actor, made, Question.CLARIFICATION, "Which years?")
    moment.advance(days=9)
    service.reply(manager.actor, made, "This year", date(2026, 12, 2))
    # 23 December, and the nine days from 24 November to 2 December: New Year's Day, so the Monday after.
    assert due(tx, made) == date(2027, 1, 4)
    service.ask(manager.actor, made, Question.CLARIFICATION, "Which school?")
    service.reply(manager.actor, made, "This one", date(2026, 12, 3))
    owed = deadlines(tx, made)["data_request"]
    assert (owed.days_not_counted, owed.due_at.date()) == (10, date(2027, 1, 4))


def test_the_extension_keeps_the_start_and_the_days_that_did_not_count(tx, manager, moment):
    made = service.record(manager.actor, asked())
    service.ask(manager.actor, made, Question.CLARIFICATION, "Which years?")
    moment.advance(days=2)
    service.reply(manager.actor, made, "This year", date(2026, 11, 25))
    service.extend(manager.actor, made, "Three schools hold parts of it")
    owed = deadlines(tx, made)
    assert owed["data_request"].state is DeadlineState.CANCELLED
    assert owed["data_request_extended"].due_at.date() == date(2027, 2, 26)  # 23 February and three days
    with pytest.raises(RequestRefusedError, match="extended already"):
        service.extend(manager.actor, made, "More")


def test_the_month_that_is_over_cannot_be_extended(tx, manager, moment):
    made = service.record(manager.actor, asked())
    moment.advance(days=31)
    with pytest.raises(RequestRefusedError, match="first month is over"):
        service.extend(manager.actor, made, "Too late")


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome.GRANTED, DeadlineState.MET), (Outcome.TAKEN_BACK, DeadlineState.CANCELLED)]
)
def test_an_answer_ends_every_clock_and_a_second_one_is_told(tx, manager, outcome, state):
    made = service.record(manager.actor, asked())
    service.answer(manager.actor, made, outcome, "Because", "By post")
    assert deadlines(tx, made)["data_request"].state is state
    assert made.state is RequestState.ANSWERED
    with pytest.raises(SomeoneWasFirstError, match="answered this"):
        service.answer(manager.actor, made, outcome, "Because", "By post")
    with pytest.raises(SomeoneWasFirstError):
        service.ask(manager.actor, made, Question.IDENTITY, "Who?")


def test_each_step_is_one_event_in_ksafs_chain_and_one_line_of_its_history(tx, manager):
    made = service.record(manager.actor, asked(known_by=""))
    service.reply(manager.actor, made, "Called the number KSAF has", date(2026, 11, 23))
    service.acknowledge(manager.actor, made, "On the phone")
    service.answer(manager.actor, made, Outcome.NOTHING_HELD, "No record", "By post")
    with as_system(tx):
        events = tx.scalars(select(AuditEvent).where(AuditEvent.subject_type == "data_request")).all()
    assert [event.action.rpartition(":")[2] for event in events] == ["recorded", "moved", "moved", "moved"]
    assert {event.organisation_id for event in events} == {manager.organisation_id}
    assert [step.event.value for step in queries.steps_of(manager.actor, made)] == [
        "answered",
        "acknowledged",
        "replied",
        "recorded",
    ]


def test_what_is_due_first_stands_on_top(tx, manager):
    late = service.record(manager.actor, asked(received_on=date(2026, 10, 1)))
    new = service.record(manager.actor, asked())
    older = service.record(manager.actor, asked(received_on=date(2026, 11, 2)))
    listed = queries.requests(manager.actor, answered=False)
    assert [each.request.id for each in listed] == [late.id, older.id, new.id]


def test_the_register_is_not_there_for_anybody_else(tx, manager):
    made = service.record(manager.actor, asked())
    for role in (Role.TRIAGE_OFFICER, Role.SAFEGUARDING_TEAM, Role.CASE_MANAGER):
        other = referrals.staff(role)
        enter(tx, other.organisation_id)
        assert queries.get_request(other.actor, made.reference) is None
        assert queries.requests(other.actor, answered=False) == []
    school = people.add_person(people.add_organisation(), Role.ORGANISATION_ADMIN)
    enter(tx, school.organisation_id)
    assert queries.get_request(school.actor, made.reference) is None
    assert tx.scalars(select(type(made))).all() == []
    administrator = referrals.staff(Role.ADMINISTRATOR)
    enter(tx, administrator.organisation_id)
    assert queries.get_request(administrator.actor, made.reference) is not None


def test_the_month_is_not_moved_by_a_pause_that_began_too_late(tx, manager, moment):
    made = service.record(manager.actor, asked())
    moment.advance(days=40)
    service.ask(manager.actor, made, Question.CLARIFICATION, "Which years?")
    moment.advance(days=3)
    service.reply(manager.actor, made, "This year", (moment.now - timedelta(days=1)).date())
    assert due(tx, made) == date(2026, 12, 23)
