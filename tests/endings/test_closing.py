"""Closing, extending, moving on and opening again: the verbs and the database's own refusal."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from portal import db
from portal.cases import closing, queries, summaries
from portal.cases.closing import EndingRefusedError
from portal.cases.models import CompletionSummary, SummaryState
from portal.enquiries import service as enquiries
from portal.enquiries.call_backs import queries as call_backs
from portal.enquiries.call_backs import service as calling
from portal.enquiries.call_backs.rules import TryResult
from portal.enquiries.models import Caller, NextStep
from portal.enquiries.service import Call
from portal.referrals import progress
from portal.referrals.endings import Ending
from portal.referrals.models import TimelineEntry
from portal.referrals.rules import State
from portal.timescales.models import Deadline, DeadlineState
from portal.triage.models import Outcome
from portal.web.errors import SomeoneWasFirstError
from tests.endings.conftest import supported
from tests.factories.cast import decided

TEXTS = ("Mornings work now; his aunt drives him.", "All goals met; school is content.")


def close(world, referral, ending=Ending.GOALS_MET):
    told, rationale = TEXTS
    closing.close(world.manager.actor, referral, ending, rationale, told)


def authorised(world, referral):
    case = queries.newest_case(world.manager.actor, referral)
    summary = summaries.of_case(world.manager.actor, case)
    summary.state = SummaryState.AUTHORISED
    db.session().flush()
    return case


def running(referral):
    found = select(Deadline).where(col(Deadline.reference) == referral.reference, col(Deadline.ended_at).is_(None))
    return {(each.kind, each.week) for each in db.session().scalars(found).all()}


def test_support_is_closed_with_its_summary_and_nothing_is_owed_any_more(world):
    referral = supported(world)
    with pytest.raises(EndingRefusedError, match="completion summary first"):
        close(world, referral)
    case = authorised(world, referral)
    close(world, referral)
    assert (referral.state, referral.closing_outcome, referral.closed_by_name) == (
        State.CLOSED,
        "goals_met",
        "Priya Nair",
    )
    assert case.ended_at == referral.closed_at
    assert running(referral) == set()
    assert [step.label for step in progress.steps(referral, is_operator=False)][-2:] == ["Support", "Closed"]
    assert progress.steps(referral, is_operator=False)[-2].when == "Goals met"


def test_what_the_referrer_reads_holds_nothing_of_the_rationale(world):
    referral = supported(world)
    close(world, referral, Ending.ENDED_BY_FAMILY)
    entries = db.session().scalars(select(TimelineEntry).where(TimelineEntry.referral_id == referral.id)).all()
    assert TEXTS[0] in [each.body for each in entries]
    assert all(TEXTS[1] not in (each.body or "") for each in entries)


def advised(world, referral):
    """Call the family and write the call down."""
    owed = call_backs.get_call_back(world.officer.actor, referral.reference)
    calling.record_try(world.officer.actor, owed, TryResult.SPOKE)
    enquiries.log_call(world.officer.actor, Call(Caller.PARENT, "kent", "Mornings", "A plan", NextStep.ADVICE), owed)


def test_advice_closes_with_its_outcome_once_it_is_written_down(world):
    referral = decided(world, Outcome.PATHWAY_1)
    with pytest.raises(EndingRefusedError):
        close(world, referral, Ending.GOALS_MET)
    with pytest.raises(EndingRefusedError, match="writes the call down first"):
        close(world, referral, Ending.ADVICE_GIVEN)
    advised(world, referral)
    close(world, referral, Ending.ADVICE_GIVEN)
    assert referral.state is State.CLOSED


def test_a_second_manager_is_told_that_it_is_closed(world):
    referral = decided(world, Outcome.PATHWAY_1)
    advised(world, referral)
    close(world, referral, Ending.ADVICE_GIVEN)
    with pytest.raises(SomeoneWasFirstError):
        close(world, referral, Ending.ADVICE_GIVEN)


def test_a_family_that_could_not_be_called_can_still_end_it(world):
    referral = decided(world, Outcome.PATHWAY_1)
    assert ("call_back", None) in running(referral)
    close(world, referral, Ending.ENDED_BY_FAMILY)
    assert running(referral) == set()


@pytest.mark.parametrize("ending", list(Ending))
def test_a_family_between_services_is_not_closed_before_one_accepts(world, ending):
    referral = decided(world, Outcome.PATHWAY_3)
    with pytest.raises(EndingRefusedError):
        close(world, referral, ending)
    assert referral.state is State.HANDING_OVER


def test_it_closes_once_a_service_has_accepted(world):
    referral = decided(world, Outcome.PATHWAY_3)
    referral.accepted_transfers, referral.open_transfers = 1, 1
    with pytest.raises(EndingRefusedError, match="has not answered"):
        close(world, referral, Ending.MOVED_SERVICE)
    referral.open_transfers = 0
    close(world, referral, Ending.MOVED_SERVICE)
    assert referral.state is State.CLOSED


@pytest.mark.parametrize(("accepted", "waiting"), [(0, 0), (0, 1), (1, 1)])
def test_the_database_refuses_too_whoever_asks(world, accepted, waiting):
    referral = decided(world, Outcome.PATHWAY_3)
    referral.accepted_transfers, referral.open_transfers = accepted, waiting
    db.session().flush()
    referral.state = State.CLOSED
    with pytest.raises(IntegrityError, match="closes_accepted"), db.session().begin_nested():
        db.session().flush()


def test_a_family_moves_on_from_support_and_cannot_close_before_acceptance(world):
    referral = supported(world)
    closing.move_on(world.manager.actor, referral, "The need is clinical.")
    case = queries.newest_case(world.manager.actor, referral)
    assert (referral.state, referral.pathway) == (State.HANDING_OVER, "pathway_3")
    assert case.ended_at is not None
    assert running(referral) == {("onward_offer", None), ("record_review", None)}
    with pytest.raises(EndingRefusedError):
        close(world, referral, Ending.ENDED_BY_FAMILY)


def test_support_is_extended_once_and_falls_due_later(world):
    referral = supported(world)
    closing.extend(world.manager.actor, referral, 2, "Exams in week 5.")
    case = queries.newest_case(world.manager.actor, referral)
    weeks = queries.weeks_of(world.manager.actor, case)
    assert [week.number for week in weeks] == [1, 2, 3, 4, 5, 6, 7]
    assert (case.weeks, referral.support_weeks) == (7, 7)
    assert {("weekly_update", 6), ("weekly_update", 7), ("completion_summary", None)} <= running(referral)
    owed = db.session().scalars(
        select(Deadline).where(Deadline.kind == "completion_summary", Deadline.state == DeadlineState.RUNNING)
    )
    assert owed.one().due_at > weeks[-1].due_at
    with pytest.raises(SomeoneWasFirstError, match="already"):
        closing.extend(world.manager.actor, referral, 1, "Again.")
    assert not closing.may_extend(referral, case)


def test_only_running_support_is_extended(world):
    referral = decided(world, Outcome.PATHWAY_1)
    with pytest.raises(EndingRefusedError):
        closing.extend(world.manager.actor, referral, 1, "Why")


def test_a_closed_referral_is_decided_afresh_and_keeps_its_story(world):
    referral = supported(world)
    close(world, referral, Ending.ENDED_BY_FAMILY)
    closing.reopen(world.manager.actor, referral, "The family has asked again.")
    assert referral.state is State.ACKNOWLEDGED
    assert (referral.closed_at, referral.closing_outcome, referral.closing_rationale) == (None, None, None)
    assert {kind for kind, _week in running(referral)} == {"decide", "outcome", "record_review"}
    assert [step.state for step in progress.steps(referral, is_operator=False)] == [
        "done",
        "done",
        "current",
        "todo",
        "todo",
        "todo",
    ]
    kept = db.session().scalars(select(CompletionSummary).where(CompletionSummary.referral_id == referral.id)).all()
    assert len(kept) == 1
