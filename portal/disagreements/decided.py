"""What was decided on a referral, in words: what a challenge is about, frozen when it is raised."""

from portal.access.actor import Actor
from portal.disagreements import queries
from portal.disagreements.rules import KINDS, Challenged, challengeable
from portal.referrals import endings
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.triage import rules as triage
from portal.triage.models import DecisionState
from portal.triage.queries import latest_decision
from portal.web.dates import date_only, today


def choices(actor: Actor, referral: Referral) -> tuple[Challenged, ...]:
    """Return what `actor` can challenge on a referral that they have loaded."""
    return challengeable(
        is_decided=referral.decided_at is not None,
        is_refused=referral.state is State.NOT_ACCEPTED,
        is_allocated=referral.support_starts_on is not None,
        is_closed=referral.state is State.CLOSED,
        is_withdrawn=referral.state is State.WITHDRAWN,
        by_operator=actor.is_operator,
    )


def in_words(actor: Actor, referral: Referral, kind: Challenged) -> str:
    """Return the decision of `kind` as it stands, as far as `actor`'s organisation is shown it."""
    found = ""
    if not queries.sees_decisions(actor, referral):
        return _of_that_day(kind)
    if kind in {Challenged.DECISION, Challenged.REFUSAL}:
        found = _decision(actor, referral)
    elif kind is Challenged.CLOSING and referral.closed_at:
        found = f"{endings.label(referral.closing_outcome)}, {date_only(referral.closed_at)}"
    elif kind is Challenged.ALLOCATION and referral.support_starts_on:
        team = f"{referral.case_manager_name} and {referral.practitioner_name}"
        found = f"{team}, from {date_only(referral.support_starts_on)}"
    return found or _of_that_day(kind)


def _of_that_day(kind: Challenged) -> str:
    return f"{KINDS[kind]}, as it stood on {date_only(today())}"


def _decision(actor: Actor, referral: Referral) -> str:
    made = latest_decision(actor, referral)
    if made is None or made.state is not DecisionState.AUTHORISED:
        return ""
    reason = triage.REASONS.get(made.reason or "")
    words = triage.OUTCOMES[made.outcome].in_the_letter
    return f"{words}{f': {reason.label}' if reason else ''}, {date_only(made.settled_at or made.proposed_at)}"
