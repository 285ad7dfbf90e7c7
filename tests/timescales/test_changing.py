"""KSAF changes a timescale or its hours: what starts goes by it, what runs does not; on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal import clock
from portal.access.roles import OrganisationKind, Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.tenancy import enter
from portal.timescales import changing, closures, in_force, service
from portal.timescales.descriptions import describe
from portal.timescales.figures import FigureError, Figures
from portal.timescales.ladder import Rung
from portal.timescales.models import DeadlineRung, DeadlineState, PolicyChange
from portal.timescales.pauses import Pause
from portal.timescales.policy import load
from portal.timescales.recipients import of_rung, staff_of
from portal.timescales.service import Subject
from portal.timescales.timescale import Unit
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people

REFERENCE = "KSAF-7F3K-9QRT"
FILE = load()


@pytest.fixture
def sides(tx):
    ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
    enter(tx, ksaf.id)
    return ksaf, school


@pytest.fixture
def administrator(sides):
    return people.add_person(sides[0], Role.ADMINISTRATOR, "Anika Rao")


def begin(sides, kind, number=1):
    subject = Subject("referral", number)
    return service.start(kind, subject, REFERENCE, owed_by_id=sides[0].id, owed_to_id=sides[1].id)


def instants(tx, deadline):
    tx.refresh(deadline)
    rungs = tx.scalars(select(DeadlineRung).where(DeadlineRung.deadline_id == deadline.id)).all()
    return deadline.due_at, {row.rung: row.fires_at for row in rungs}


def change(administrator, kind, seen=0, **other):
    wanted = replace(Figures.of(in_force.rules()[kind]), **other)
    changing.change(administrator, kind, wanted, "Two of us are away", seen=seen)


def test_what_runs_keeps_its_date_and_its_reminders_and_what_starts_goes_by_the_change(tx, sides, administrator):
    old = begin(sides, "outcome")
    before = instants(tx, old)
    change(administrator, "outcome", length=3, lead=4)
    assert instants(tx, old) == before
    new = begin(sides, "outcome", 2)
    due_at, rungs = instants(tx, new)
    assert due_at == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert rungs["approaching"] == datetime(2026, 11, 26, 13, tzinfo=UTC)
    assert (old.policy_version, new.policy_version) == (FILE.version, f"{FILE.version}+1")


def test_after_a_pause_it_goes_on_by_the_figures_and_the_hours_it_was_made_under(tx, sides, administrator, moment):
    subject, old = Subject("referral", 1), begin(sides, "outcome")
    moment.set(datetime(2026, 11, 25, 12, tzinfo=UTC))
    service.pause(subject, Pause.INFORMATION)
    change(administrator, "outcome", length=3, lead=2)
    changing.change_hours(administrator, (time(8), time(15)), "Winter hours", seen=0)
    moment.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
    service.resume(subject)
    due_at, rungs = instants(tx, old)
    assert due_at == datetime(2026, 12, 4, 17, tzinfo=UTC)
    assert rungs == {
        "approaching": datetime(2026, 12, 4, 9, tzinfo=UTC),
        "missed": due_at,
        "still_missed": datetime(2026, 12, 7, 17, tzinfo=UTC),
    }


def test_a_time_limit_in_law_that_paused_goes_on_by_the_length_it_began_with(tx, sides, administrator, moment):
    subject, kind = Subject("data_request", 1), "data_request_extended"
    other = service.start(kind, subject, REFERENCE, owed_by_id=sides[0].id, owed_to_id=sides[0].id)
    service.pause(subject, Pause.DATA_REQUEST)
    change(administrator, kind, length=2)
    moment.advance(days=1)
    service.resume(subject)
    due_at, rungs = instants(tx, other)
    assert due_at == FILE[kind].due_at(other.started_at, closures.calendar(), not_counted=2)
    assert rungs == dict(FILE.rungs(kind, due_at, closures.calendar()))


def test_what_stops_a_clock_is_the_policys_to_say_for_what_starts_from_then_on(tx, sides, administrator):
    old = begin(sides, "decide")
    change(administrator, "decide", pauses_while=(Pause.CONTEXT,))
    new = begin(sides, "decide", 2)
    for number in (1, 2):
        service.pause(Subject("referral", number), Pause.INFORMATION)
    for each in (old, new):
        tx.refresh(each)
    assert (old.state, new.state) == (DeadlineState.PAUSED, DeadlineState.RUNNING)
    assert not in_force.stops(Pause.INFORMATION, "decide")
    service.pause(Subject("referral", 2), Pause.CONTEXT)
    tx.refresh(new)
    assert (new.state, new.paused_why) == (DeadlineState.PAUSED, "KSAF has asked about attendance")


def test_another_unit_and_another_wait_hold_for_what_starts_from_then_on(tx, sides, administrator):
    old = begin(sides, "allocate")
    before = instants(tx, old)
    change(administrator, "allocate", length=48, unit=Unit.ELAPSED_HOURS, wait=6, wait_unit=Unit.ELAPSED_HOURS)
    assert instants(tx, old) == before
    due_at, rungs = instants(tx, begin(sides, "allocate", 2))
    assert due_at == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert rungs["still_missed"] == datetime(2026, 11, 25, 16, tzinfo=UTC)
    assert rungs["approaching"] == datetime(2026, 11, 24, 14, tzinfo=UTC)


def test_whose_work_it_is_holds_for_what_starts_from_then_on(tx, sides, administrator):
    people.add_person(sides[0], Role.TRIAGE_OFFICER, "Sam Osei")
    people.add_person(sides[0], Role.SAFEGUARDING_TEAM, "Ife Grant")
    old = begin(sides, "decide")
    change(administrator, "decide", work_of=(Role.CASE_MANAGER, Role.SAFEGUARDING_TEAM))
    new = begin(sides, "decide", 2)
    told = [of_rung(Rung.APPROACHING, each, staff_of(sides[0].id)) for each in (old, new)]
    assert [[each.member.name for each in one] for one in told] == [["Sam Osei"], ["Ife Grant"]]


def test_it_is_the_work_of_whoever_may_do_it_alone(tx, sides, administrator):
    with pytest.raises(FigureError, match="roles that may do it"):
        change(administrator, "concern", work_of=(Role.TRIAGE_OFFICER,))


def test_the_policy_of_each_version_can_be_asked_for(tx, sides, administrator):
    change(administrator, "allocate", length=3)
    change(administrator, "allocate", seen=1, length=4)
    assert [in_force.rules_at(f"{FILE.version}{then}")["allocate"].length for then in ("", "+1", "+2")] == [2, 3, 4]
    assert in_force.rules_at("2025-01-01.1")["allocate"].length == 2
    assert in_force.rules().version == f"{FILE.version}+2"


def test_hours_move_what_starts_and_no_more(tx, sides, administrator):
    old = begin(sides, "acknowledge")
    before = instants(tx, old)
    changing.change_hours(administrator, (time(8, 30), time(16)), "Winter hours", seen=0)
    assert instants(tx, old) == before
    assert begin(sides, "acknowledge", 2).due_at == datetime(2026, 11, 24, 16, tzinfo=UTC)
    with pytest.raises(FigureError, match="one hour after"):
        changing.change_hours(administrator, (time(17), time(9)), "No", seen=1)
    with pytest.raises(FigureError, match="Nothing is different"):
        changing.change_hours(administrator, (time(8, 30), time(16)), "No", seen=1)


def test_other_hours_leave_the_words_of_what_runs(tx, sides, administrator):
    old = begin(sides, "outcome")
    before = describe(old, clock.now())
    assert before.words == "5 working days left"
    changing.change_hours(administrator, (time(8, 30), time(16)), "Winter hours", seen=0)
    assert describe(old, clock.now()) == before


def test_whoever_did_not_see_the_last_change_is_told_who_was_first(tx, sides, administrator):
    change(administrator, "allocate", length=3)
    with pytest.raises(SomeoneWasFirstError, match="Anika Rao changed this on Monday 23 November 2026 at 10am"):
        change(administrator, "allocate", length=4)
    change(administrator, "decide", lead=3)
    assert in_force.rules()["allocate"].length == 3


def test_two_at_the_same_moment_cannot_both_be_the_next(tx, sides, administrator):
    in_force.rules()
    change(administrator, "allocate", length=3)
    number = in_force.next_number()
    tx.info["timescales.in_force"].changes.clear()  # as another process had read it a moment before
    assert in_force.next_number() < number
    with pytest.raises(SomeoneWasFirstError, match="at the same moment"):
        change(administrator, "decide", lead=3)


def test_each_change_is_an_event_and_is_listed_with_who_for_ksaf_alone(tx, sides, administrator):
    change(administrator, "allocate", length=3)
    (row,) = changing.history(administrator.actor)
    assert (row.number, row.kind, row.reason, row.who) == (1, "allocate", "Two of us are away", "Anika Rao")
    referrer = people.add_person(sides[1], Role.REFERRER)
    (seen,) = changing.history(referrer.actor)
    assert (seen.who, seen.becomes) == ("", row.becomes)
    assert changing.history(administrator.actor, before=1) == []
    assert tx.scalars(select(AuditEvent.action)).all() == [Action.TIMESCALE_CHANGED]


def test_how_many_run_is_counted_whoever_owes_them(tx, sides, administrator):
    for number in (1, 2):
        begin(sides, "outcome", number)
    service.meet(Subject("referral", 2), "outcome", "Told")
    begin(sides, "decide")
    assert (changing.running("outcome"), changing.running(None)) == (1, 2)


@pytest.mark.parametrize("statement", ["UPDATE policy_change SET kind = 'decide'", "DELETE FROM policy_change"])
def test_what_was_changed_stays(database, moment, statement):
    with database.system_transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        change(people.add_person(ksaf, Role.ADMINISTRATOR), "allocate", length=3)
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text(statement))
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(PolicyChange.kind)).all() == ["allocate"]


def test_another_process_sees_a_change_at_once(database, moment):
    with database.system_transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        administrator = people.add_person(ksaf, Role.ADMINISTRATOR)
        assert in_force.rules()["allocate"].length == 2
    with database.system_transaction():
        change(administrator, "allocate", length=3)
    with database.system_transaction(write=False):
        assert in_force.rules()["allocate"].length == 3
