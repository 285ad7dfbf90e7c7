"""Triage's verbs. Each is one move of the referral, with the mail and audit it brings, in the open transaction."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.consent import queries as consent
from portal.enquiries.call_backs import advising
from portal.notifications import service as notifications
from portal.referrals import lifecycle, telling, trail
from portal.referrals.effects import subject_of
from portal.referrals.models import Audience, InformationRequest, Referral
from portal.referrals.rules import Event, State
from portal.timescales import in_force, news
from portal.timescales import queries as deadlines
from portal.timescales import service as timescales
from portal.timescales.models import Deadline
from portal.timescales.news import News
from portal.timescales.pauses import Pause
from portal.timescales.recipients import Member, staff_of
from portal.triage import queries, rules
from portal.triage.assessment import queries as assessments
from portal.triage.models import Decision, DecisionState, Outcome
from portal.web.dates import ago
from portal.web.errors import SomeoneWasFirstError

_EVENTS = {
    Outcome.PATHWAY_1: Event.AUTHORISE_ADVICE,
    Outcome.PATHWAY_2: Event.AUTHORISE,
    Outcome.PATHWAY_3: Event.AUTHORISE_ONWARD,
    Outcome.NOT_ACCEPTED: Event.AUTHORISE_NOT_ACCEPTED,
}


class DecisionRefusedError(Exception):
    """A rule of triage forbids the step; the message says which, to the person who tried."""


@dataclass(frozen=True)
class Proposal:
    """What somebody proposes: outcome, reason (for a refusal), KSAF's rationale, and the two texts of the letter."""

    outcome: Outcome
    reason: str | None
    rationale: str
    explanation: str
    next_option: str


def acknowledge(actor: Actor, referral: Referral) -> str | None:
    """Acknowledge `referral` and give it to `actor`; return None, or who was first and when, having changed nothing."""
    if referral.state is not State.SENT:
        return _who_was_first(actor, referral)
    lifecycle.move(actor, referral, Event.ACKNOWLEDGE, "KSAF acknowledged the referral")
    timescales.assign(subject_of(referral), actor.user_id, owed_by_id=actor.organisation_id)
    telling.referrer(referral, "triage/acknowledged")
    return None


def ask(actor: Actor, referral: Referral, question: str) -> InformationRequest:
    """Put `question` to the referrer and return the request, due when the deadline for its answer is.

    Raises SomeoneWasFirstError when the referral cannot be asked about any more.
    """
    lifecycle.move(actor, referral, Event.ASK, "KSAF asked for information", question)
    asked = InformationRequest(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        question=question,
        asked_by_id=actor.user_id,
        asked_by_name=actor.name,
        asked_at=clock.now(),
        due_at=_answer_due(actor, referral).due_at,
    )
    db.session().add(asked)
    db.session().flush()
    pauses = in_force.stops(Pause.INFORMATION, "decide")
    telling.referrer(referral, "triage/asked", due_at=asked.due_at.isoformat(), pauses=pauses)
    return asked


def propose(actor: Actor, referral: Referral, proposal: Proposal) -> Decision:
    """Propose a decision for a manager to authorise, and return it; every manager but the proposer is told.

    Raises DecisionRefusedError for outreach without consent, a pathway without an assessment, and what lacks a reason
    or a next option; SomeoneWasFirstError when there is nothing to decide now.
    """
    _require_open(actor, referral, proposal.outcome)
    if missing := rules.incomplete(proposal.outcome, proposal.reason, proposal.next_option):
        raise DecisionRefusedError(missing)
    # The proposal itself is KSAF's own: the referrer goes on reading that the referral is being decided.
    lifecycle.move(actor, referral, Event.DECIDE, "Decision sent to a manager", audience=Audience.OPERATOR)
    _drop_open_questions(referral)
    made = Decision(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        outcome=proposal.outcome,
        reason=proposal.reason if proposal.outcome is Outcome.NOT_ACCEPTED else None,
        rationale=proposal.rationale,
        explanation=proposal.explanation,
        next_option=proposal.next_option,
        proposed_by_id=actor.user_id,
        proposed_by_name=actor.name,
        proposed_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    trail.record(actor, referral, Action.DECISION_PROPOSED, outcome=made.outcome.value)
    others = [each for each in _managers(actor) if rules.may_authorise(each.user_id, actor.user_id)]
    _tell(actor, referral, News.DECISION_WAITING, others)
    return made


def authorise(actor: Actor, referral: Referral) -> Decision:
    """Authorise the proposed decision: the referral moves to its outcome and the referrer is told.

    Raises SomeoneWasFirstError when it is settled already, DecisionRefusedError for one's own proposal or lost consent.
    """
    decision = require_unsettled(actor, referral)
    _require_open(actor, referral, decision.outcome)
    refused = decision.outcome is Outcome.NOT_ACCEPTED
    referral.pathway = None if refused else decision.outcome.value
    lifecycle.move(
        actor, referral, _EVENTS[decision.outcome], "KSAF decided", rules.said(decision.outcome, decision.reason)
    )
    if referral.state is State.ADVICE:
        advising.owe_call(actor, referral)
    _settle(actor, decision, DecisionState.AUTHORISED)
    trail.record(actor, referral, Action.DECISION_AUTHORISED, outcome=decision.outcome.value)
    telling.referrer(referral, "triage/outcome")
    return decision


def send_back(actor: Actor, referral: Referral, comment: str) -> Decision:
    """Return the proposed decision to whoever proposed it, or goes on with it, with a comment; they are told.

    Raises SomeoneWasFirstError when it is settled already, DecisionRefusedError for one's own proposal.
    """
    decision = require_unsettled(actor, referral)
    lifecycle.move(actor, referral, Event.RETURN, "Decision returned", comment, audience=Audience.OPERATOR)
    _settle(actor, decision, DecisionState.RETURNED, comment)
    trail.record(actor, referral, Action.DECISION_RETURNED)
    told = telling.proposer(referral, decision.proposed_by_id, Permission.REFERRAL_DECIDE)
    _tell(actor, referral, News.DECISION_RETURNED, told)
    return decision


def require_as_read(actor: Actor, referral: Referral, read_id: str | None) -> None:
    """Refuse to settle another proposal than the one that was read, whose id a page carries as `read_id`.

    Raises SomeoneWasFirstError: the one that was read has been returned meanwhile, and a new one made.
    """
    decision = queries.latest_decision(actor, referral)
    if decision is not None and read_id not in {None, str(decision.id)}:
        raise SomeoneWasFirstError(
            f"{decision.proposed_by_name} has proposed anew since you opened this page, so nothing was settled."
        )


def require_unsettled(actor: Actor, referral: Referral) -> Decision:
    """Return the decision that waits for a manager, if `actor` may settle it.

    Raises SomeoneWasFirstError, saying who settled it and when, and DecisionRefusedError for one's own proposal.
    """
    decision = queries.latest_decision(actor, referral)
    if decision is None or referral.state is not State.DECISION_PROPOSED:
        raise SomeoneWasFirstError(_who_settled(decision))
    if not rules.may_authorise(actor.user_id, decision.proposed_by_id):
        raise DecisionRefusedError("You proposed this decision, so another manager settles it.")
    return decision


def _who_was_first(actor: Actor, referral: Referral) -> str:
    if referral.acknowledged_at is None:
        return "This referral is no longer waiting to be acknowledged."
    name = "You" if referral.assigned_to_id == actor.user_id else referral.assigned_to_name
    return f"{name} acknowledged this referral {ago(clock.now(), referral.acknowledged_at)}."


def _answer_due(actor: Actor, referral: Referral) -> Deadline:
    """Return the deadline that asking has just started."""
    owed = deadlines.for_subject(actor, subject_of(referral))
    return next(each for each in owed if each.kind == "information" and each.ended_at is None)


def _drop_open_questions(referral: Referral) -> None:
    unanswered = select(InformationRequest).where(
        InformationRequest.referral_id == referral.id,
        col(InformationRequest.answered_at).is_(None),
        col(InformationRequest.cancelled_at).is_(None),
    )
    for asked in db.session().scalars(unanswered).all():
        asked.cancelled_at = clock.now()


def _require_open(actor: Actor, referral: Referral, outcome: Outcome) -> None:
    held = consent.in_force(actor, referral.id or 0, rules.OUTREACH_PURPOSE)
    found = assessments.newest(actor, referral)
    purposes = {rules.OUTREACH_PURPOSE} if held else ()
    closed = rules.closed_outcomes(purposes, found.level if found else None, found.why if found else "")
    if outcome in closed:
        raise DecisionRefusedError(closed[outcome])


def _who_settled(decision: Decision | None) -> str:
    if decision is None or decision.settled_at is None:
        return "No decision about this referral is waiting for a manager."
    return f"{decision.settled_by_name} {decision.state.value} this decision {ago(clock.now(), decision.settled_at)}."


def _settle(actor: Actor, decision: Decision, state: DecisionState, comment: str | None = None) -> None:
    decision.state, decision.comment = state, comment
    decision.settled_by_id, decision.settled_by_name, decision.settled_at = actor.user_id, actor.name, clock.now()
    db.session().flush()


def _managers(actor: Actor) -> list[Member]:
    return staff_of(actor.organisation_id).with_role(Role.MANAGER)


def _tell(actor: Actor, referral: Referral, about: News, people: list[Member]) -> None:
    """Prompt `people` at KSAF and mail them the template of the same name."""
    news.tell(about, referral.reference, people, organisation_id=actor.organisation_id)
    for member in people:
        notifications.queue(
            f"triage/{about}", member.email, organisation_id=actor.organisation_id, reference=referral.reference
        )
