"""What is owed next on a referral, as a line of the queue says it."""

from dataclasses import dataclass
from datetime import datetime

from portal.referrals.models import Referral, WaitingOn
from portal.referrals.progress import Tone
from portal.referrals.rules import State
from portal.timescales import in_force
from portal.timescales.calendar import WorkingCalendar
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


def next_owed(referral: Referral, now: datetime, calendar: WorkingCalendar) -> Owed:
    """Return what is owed next on `referral`, seen at `now`."""
    paused = referral.waiting_on is WaitingOn.REFERRER or referral.state is State.CONTEXT_REQUESTED
    if referral.next_due_at is None or referral.next_due_kind is None:
        return Owed(_what(referral), None, "", "neutral", paused)
    words = calendar.time_left_in_words(now, referral.next_due_at)
    tone = _tone(referral.next_due_kind, referral.next_due_at, now, calendar)
    return Owed(_what(referral), referral.next_due_at, words, tone, paused)


def _what(referral: Referral) -> str:
    if referral.state is State.DECISION_PROPOSED:
        return "Authorise the decision"
    if referral.next_due_kind is None:
        return "Referrer answers" if referral.waiting_on is WaitingOn.REFERRER else "Act"
    return _WHAT.get(referral.next_due_kind, "Act")


def _tone(kind: str, due_at: datetime, now: datetime, calendar: WorkingCalendar) -> Tone:
    """Return missed when it is past, soon from the policy's own approaching rung on, else on track."""
    if due_at <= now:
        return "missed"
    rungs = dict(in_force.rules().rungs(kind, due_at, calendar))
    approaching = rungs.get(Rung.APPROACHING)
    return "soon" if approaching is not None and approaching <= now else "on_track"
