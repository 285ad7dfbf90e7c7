"""What happens after sending and by when: as it would be now, and as it has been promised."""

from dataclasses import dataclass
from datetime import datetime

from portal import clock
from portal.access.actor import Actor
from portal.referrals.effects import subject_of
from portal.referrals.models import Referral
from portal.timescales import closures, in_force
from portal.timescales import queries as timescales

_STEPS = {
    "acknowledge": ("KSAF", "reads your referral and acknowledges it"),
    "decide": ("KSAF", "decides what happens next"),
    "outcome": ("KSAF", "tells you the outcome in writing"),
}
CHASE = "chase"


@dataclass(frozen=True)
class NextStep:
    """Who does what, by when (UTC)."""

    who: str
    what: str
    due_at: datetime


def if_sent_now() -> list[NextStep]:
    """Return what KSAF would owe, by the policy in force, for a referral sent this minute."""
    rules, calendar, now = in_force.rules(), closures.calendar(), clock.now()
    return [NextStep(*step, rules.due_at(kind, now, calendar)) for kind, step in _STEPS.items()]


def promised(actor: Actor, referral: Referral) -> tuple[list[NextStep], datetime | None]:
    """Return what KSAF owes on a sent referral, in order, and from when its referrer may ask KSAF's manager about it.

    Empty for an `actor` whose organisation neither owes nor is owed it.
    """
    due = {each.kind: each.due_at for each in timescales.for_subject(actor, subject_of(referral))}
    steps = [NextStep(*step, due[kind]) for kind, step in _STEPS.items() if kind in due]
    return steps, due.get(CHASE)
