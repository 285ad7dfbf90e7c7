"""What is owed next on a referral, as a line of the queue says it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col

from portal.referrals.effects import DECIDING
from portal.referrals.models import Referral, WaitingOn
from portal.referrals.progress import Tone
from portal.referrals.rules import State
from portal.timescales import closures, in_force
from portal.timescales import queries as timescales
from portal.timescales.ladder import Rung

_WHAT = {
    "acknowledge": "Acknowledge",
    "decide": "Decide",
    "outcome": "Send the outcome",
    "information": "Referrer answers",
    "attendance_context": "Get the attendance context",
}


@dataclass(frozen=True)
class Owed:
    """One thing owed: what, by when, the time left in words with its tone, and whether KSAF's clock is paused."""

    what: str
    due_at: datetime | None
    words: str
    tone: Tone
    is_paused: bool


def version_of_next() -> Any:
    """Return the SQL for the version that what is owed next on a referral was made under, beside its columns."""
    return timescales.version_of(
        reference=col(Referral.reference),
        kind=col(Referral.next_due_kind),
        due_at=col(Referral.next_due_at),
        ended_at=None,
    )


def next_owed(referral: Referral, version: str | None, now: datetime) -> Owed:
    """Return what is owed next on `referral`, seen at `now`, by the `version` of the policy that it was made under."""
    # Whether KSAF's clock stops while it waits is the policy's to say; one that is stopped is not what is due next.
    waits = referral.waiting_on is WaitingOn.REFERRER or referral.state is State.CONTEXT_REQUESTED
    paused = waits and referral.next_due_kind not in DECIDING
    if referral.next_due_at is None or referral.next_due_kind is None:
        return Owed(_what(referral), None, "", "neutral", paused)
    rules = in_force.rules_at(version) if version else in_force.rules()
    calendar = closures.calendar_at(rules.version)
    words = calendar.time_left_in_words(now, referral.next_due_at)
    rungs = rules.rungs(referral.next_due_kind, referral.next_due_at, calendar)
    tone = _tone(dict(rungs), referral.next_due_at, now)
    return Owed(_what(referral), referral.next_due_at, words, tone, paused)


def _what(referral: Referral) -> str:
    if referral.state is State.DECISION_PROPOSED:
        return "Authorise the decision"
    if referral.next_due_kind is None:
        return "Referrer answers" if referral.waiting_on is WaitingOn.REFERRER else "Act"
    return _WHAT.get(referral.next_due_kind, "Act")


def _tone(rungs: dict[Rung, datetime], due_at: datetime, now: datetime) -> Tone:
    """Return missed when it is past, soon from the approaching rung on, else on track."""
    if due_at <= now:
        return "missed"
    approaching = rungs.get(Rung.APPROACHING)
    return "soon" if approaching is not None and approaching <= now else "on_track"
