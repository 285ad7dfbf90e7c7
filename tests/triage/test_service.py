import pytest
from sqlmodel import select

from portal import db, tenancy
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.consent.models import Position
from portal.notifications.models import OutboxMail
from portal.referrals.models import Audience, InformationRequest, TimelineEntry, WaitingOn
from portal.referrals.rules import State
from portal.timescales.models import Deadline, DeadlineState
from portal.triage import queries, service
from portal.triage.models import DecisionState, Outcome
from portal.triage.service import DecisionRefusedError
from portal.web.errors import SomeoneWasFirstError
from tests.factories import referrals
from tests.factories.assessments import assessed
from tests.triage.conftest import TEXTS, consented, proposal, proposed


def mails(template: str) -> list[OutboxMail]:
    session = db.session()
    with tenancy.as_system(session):
        return list(session.scalars(select(OutboxMail).where(OutboxMail.template == f"triage/{template}")))


def events(action: Action, referral) -> list[AuditEvent]:
    session = db.session()
    with tenancy.as_system(session):
        found = select(AuditEvent).where(AuditEvent.action == action, AuditEvent.subject_id == referral.id)
        return list(session.scalars(found))


def deadlines(referral) -> dict[str, DeadlineState]:
    found = select(Deadline).where(Deadline.subject_id == referral.id)
    return {deadline.kind: deadline.state for deadline in db.session().scalars(found)}


def entries(referral) -> list[TimelineEntry]:
    return list(db.session().scalars(select(TimelineEntry).where(TimelineEntry.referral_id == referral.id)))


def received(world):
    return referrals.load_for(world.officer, referrals.sent(world.referrer).id)


def test_acknowledging_gives_the_referral_to_whoever_did(world):
    referral = received(world)
    assert service.acknowledge(world.officer.actor, referral) is None
    assert referral.state is State.ACKNOWLEDGED
    assert (referral.assigned_to_id, referral.assigned_to_name) == (world.officer.user_id, "Sam Osei")
    states = deadlines(referral)
    assert (states["acknowledge"], states["chase"]) == (DeadlineState.MET, DeadlineState.CANCELLED)
    deciding = select(Deadline).where(Deadline.subject_id == referral.id, Deadline.kind == "decide")
    assert db.session().scalars(deciding).one().person_id == world.officer.user_id
    assert [mail.to_address for mail in mails("acknowledged")] == [world.referrer.email]


def test_the_second_to_acknowledge_is_told_who_was_first(world, moment):
    referral = received(world)
    service.acknowledge(world.officer.actor, referral)
    moment.advance(minutes=10)
    told = service.acknowledge(world.colleague.actor, referral)
    assert told == "Sam Osei acknowledged this referral 10 minutes ago."
    assert service.acknowledge(world.officer.actor, referral) == "You acknowledged this referral 10 minutes ago."
    assert referral.assigned_to_id == world.officer.user_id
    assert len(mails("acknowledged")) == 1


def test_asking_pauses_the_clock_and_is_due_with_its_deadline(world):
    referral = referrals.acknowledged(world.referrer, world.officer)
    asked = service.ask(world.officer.actor, referral, "Which mornings?")
    assert referral.state is State.INFORMATION_REQUESTED
    assert referral.waiting_on is WaitingOn.REFERRER
    assert asked.due_at.isoformat() == "2026-11-26T17:00:00+00:00"
    states = deadlines(referral)
    assert (states["decide"], states["outcome"]) == (DeadlineState.PAUSED, DeadlineState.PAUSED)
    assert [mail.context["due_at"] for mail in mails("asked")] == [asked.due_at.isoformat()]
    assert "mornings" not in str(mails("asked")[0].context)
    assert [entry.body for entry in entries(referral) if entry.kind == "ask"] == ["Which mornings?"]


def test_nothing_can_be_asked_before_the_referral_is_acknowledged(world):
    referral = received(world)
    with pytest.raises(SomeoneWasFirstError):
        service.ask(world.officer.actor, referral, "Which mornings?")


def test_deciding_drops_a_question_still_open(world):
    referral = consented(referrals.acknowledged(world.referrer, world.officer), world.officer)
    service.ask(world.officer.actor, referral, "Which mornings?")
    assessed(referral, world.officer)
    service.propose(world.officer.actor, referral, proposal())
    question = db.session().scalars(select(InformationRequest)).one()
    assert question.cancelled_at is not None
    assert deadlines(referral)["information"] is DeadlineState.CANCELLED


def test_a_proposal_is_for_ksaf_alone(world):
    referral = proposed(world, Outcome.PATHWAY_2)
    entry = next(entry for entry in entries(referral) if entry.kind == "decide")
    assert entry.audience is Audience.OPERATOR
    assert entry.body is None
    assert mails("outcome") == []
    assert len(events(Action.DECISION_PROPOSED, referral)) == 1


@pytest.mark.parametrize("position", sorted(set(Position) - {Position.GIVEN, Position.LIMITED}))
def test_no_outreach_where_consent_is_not_in_force(world, position):
    referral = consented(referrals.acknowledged(world.referrer, world.officer), world.officer, position)
    assessed(referral, world.officer)
    with pytest.raises(DecisionRefusedError, match="No parent’s agreement"):
        service.propose(world.officer.actor, referral, proposal(Outcome.PATHWAY_2))
    assert referral.state is State.ACKNOWLEDGED


def test_outreach_with_limited_consent(world):
    referral = consented(referrals.acknowledged(world.referrer, world.officer), world.officer, Position.LIMITED)
    assessed(referral, world.officer)
    assert service.propose(world.officer.actor, referral, proposal(Outcome.PATHWAY_2)).state is DecisionState.PROPOSED


@pytest.mark.parametrize(
    ("outcome", "reason", "state", "pathway"),
    [
        (Outcome.PATHWAY_1, None, State.ADVICE, "pathway_1"),
        (Outcome.PATHWAY_2, None, State.ACCEPTED, "pathway_2"),
        (Outcome.PATHWAY_3, None, State.HANDING_OVER, "pathway_3"),
        (Outcome.NOT_ACCEPTED, "another_service_leads", State.NOT_ACCEPTED, None),
    ],
)
def test_authorising_tells_the_referrer(world, outcome, reason, state, pathway):
    referral = proposed(world, outcome, reason)
    decision = service.authorise(world.manager.actor, referral)
    assert (referral.state, referral.pathway) == (state, pathway)
    assert (decision.state, decision.settled_by_name) == (DecisionState.AUTHORISED, "Priya Nair")
    assert [mail.to_address for mail in mails("outcome")] == [world.referrer.email]
    assert deadlines(referral)["outcome"] is DeadlineState.MET
    assert len(events(Action.DECISION_AUTHORISED, referral)) == 1
    assert TEXTS["rationale"] not in [entry.body for entry in entries(referral)]


def test_outreach_is_not_authorised_once_consent_is_withdrawn(world):
    referral = consented(proposed(world, Outcome.PATHWAY_2), world.officer, Position.WITHDRAWN)
    with pytest.raises(DecisionRefusedError):
        service.authorise(world.manager.actor, referral)
    assert referral.state is State.DECISION_PROPOSED


def test_nobody_settles_their_own_proposal(world):
    referral = proposed(world, by=world.manager)
    for settle in (service.authorise, lambda actor, row: service.send_back(actor, row, "Again")):
        with pytest.raises(DecisionRefusedError):
            settle(world.manager.actor, referral)
    assert service.authorise(world.other_manager.actor, referral).state is DecisionState.AUTHORISED


def test_the_second_manager_is_told_who_was_first(world):
    referral = proposed(world)
    service.authorise(world.manager.actor, referral)
    with pytest.raises(SomeoneWasFirstError, match="Priya Nair authorised this decision just now"):
        service.send_back(world.other_manager.actor, referral, "Too late")


def test_a_returned_decision_goes_back_to_its_proposer(world):
    referral = proposed(world)
    service.send_back(world.manager.actor, referral, "Say more about risk.")
    assert referral.state is State.ACKNOWLEDGED
    decision = queries.latest_decision(world.officer.actor, referral)
    assert (decision.state, decision.comment) == (DecisionState.RETURNED, "Say more about risk.")
    assert [mail.to_address for mail in mails("decision_returned")] == [world.officer.email]
    assert next(entry for entry in entries(referral) if entry.kind == "return").audience is Audience.OPERATOR
    service.propose(world.officer.actor, referral, proposal(Outcome.PATHWAY_3))
    assert service.authorise(world.manager.actor, referral).outcome is Outcome.PATHWAY_3
