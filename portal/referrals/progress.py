"""How far a referral has come, in words: the steps of its page and the lines of its row in a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from portal.referrals import endings
from portal.referrals.models import Referral, WaitingOn
from portal.referrals.rules import OPEN, State, label_for
from portal.web.dates import clock_time, date_only, in_london, short_datetime, today

Tone = Literal["on_track", "soon", "missed", "waiting", "neutral"]

# Whose step each kind of deadline is and what they do, for a list's "Next" column.
_BY_KSAF = {
    "acknowledge": "acknowledges",
    "decide": "decides",
    "outcome": "sends the outcome",
    "attendance_context": "asks about attendance",
    "call_back": "calls the family",
    "allocate": "names who helps",
    "weekly_update": "posts an update",
    "week_4_review": "reviews the support",
    "completion_summary": "sends the summary",
    "onward_offer": "offers the family on",
    "onward_acceptance": "asks the next service",
}
_TONES: dict[State, Tone] = {
    State.INFORMATION_REQUESTED: "waiting",
    State.CONTEXT_REQUESTED: "waiting",
    State.ADVICE: "on_track",
    State.ACCEPTED: "on_track",
    State.IN_SUPPORT: "on_track",
    State.HANDING_OVER: "soon",
}
_SUPPORT = {
    State.ADVICE: "By phone",
    State.ACCEPTED: "Being arranged",
    State.HANDING_OVER: "Moving to another service",
}


@dataclass(frozen=True)
class Step:
    """One step of the stepper: its label, done, current or todo, and when in words."""

    label: str
    state: Literal["done", "current", "todo"]
    when: str = ""


def child_in_list(referral: Referral) -> str:
    """Return the child's first name and initial, or words for a draft that has no name yet."""
    given, family = referral.child_given_name.strip(), referral.child_family_name.strip()
    return " ".join(part for part in (given, f"{family[0]}." if family else "") if part) or "No name yet"


def child_in_full(referral: Referral) -> str:
    """Return the child's name as a record shows it."""
    return f"{referral.child_given_name} {referral.child_family_name}".strip() or "No name yet"


def is_read_first(referral: Referral, *, is_operator: bool) -> bool:
    """Say whether the reader, one of KSAF's, is told to read this first: it is open and the child may be at risk."""
    return is_operator and referral.is_urgent and referral.state in OPEN


def tone(referral: Referral) -> Tone:
    """Return the tone of the state's word."""
    return _TONES.get(referral.state, "neutral")


def steps(referral: Referral, *, is_operator: bool) -> list[Step]:
    """Return the way of `referral` from sending to its end, with what has been done and when."""
    if referral.state is State.WITHDRAWN:
        return [
            *_taken(referral, is_operator=is_operator),
            Step("Withdrawn", "current", short_datetime(referral.last_change_at)),
        ]
    decided = referral.decided_at
    outcome = Step("Outcome", "todo") if decided is None else Step("Outcome", "done", short_datetime(decided))
    if referral.state is State.NOT_ACCEPTED:
        return [*_taken(referral, is_operator=is_operator), outcome, Step("Closed", "current", "Not accepted")]
    taken = [*_up_to_decision(referral, is_operator=is_operator), outcome]
    if referral.closed_at:
        return [
            *taken,
            Step("Support", "done", endings.label(referral.closing_outcome)),
            Step("Closed", "current", short_datetime(referral.closed_at)),
        ]
    return [
        *taken,
        Step("Support", "current", support_so_far(referral)) if decided else Step("Support", "todo"),
        Step("Closed", "todo"),
    ]


def support_so_far(referral: Referral) -> str:
    """Return how far the support of a decided referral has come, in a few words: "Week 2 of 5"."""
    if referral.state is not State.IN_SUPPORT or referral.support_starts_on is None:
        return _SUPPORT.get(referral.state, "")
    days = (today() - referral.support_starts_on).days
    if days < 0:
        return f"From {date_only(referral.support_starts_on)}"
    return f"Week {min(days // 7 + 1, referral.support_weeks)} of {referral.support_weeks}"


def _taken(referral: Referral, *, is_operator: bool) -> list[Step]:
    return [step for step in _up_to_decision(referral, is_operator=is_operator) if step.state == "done"]


def _up_to_decision(referral: Referral, *, is_operator: bool) -> list[Step]:
    sent, read, decided = referral.submitted_at, referral.acknowledged_at, referral.decided_at
    # A proposed decision is KSAF's own business until a manager has authorised it.
    proposed = "With a manager" if is_operator else ""
    deciding = {
        State.INFORMATION_REQUESTED: "Waiting for an answer",
        State.CONTEXT_REQUESTED: "Attendance context asked",
        State.DECISION_PROPOSED: proposed,
    }
    made = [Step("Sent", "done", short_datetime(sent)) if sent else Step("Sent", "todo")]
    if read is None:
        return [*made, Step("Acknowledged", "current", "Waiting for KSAF"), Step("Being decided", "todo")]
    made.append(Step("Acknowledged", "done", short_datetime(read)))
    if decided or referral.state is State.WITHDRAWN:
        return [*made, Step("Decided", "done")] if decided else made
    return [*made, Step("Being decided", "current", deciding.get(referral.state, ""))]


def following(referral: Referral, now: datetime, *, is_operator: bool) -> tuple[str, Tone]:
    """Return who does what next, and by when, for a list; seen by KSAF or by a partner at `now`."""
    if referral.state is State.DRAFT:
        return _sending(referral, now)
    if referral.waiting_on is WaitingOn.NOBODY or referral.next_due_at is None:
        return _nothing_due(referral, is_operator=is_operator), "neutral"
    who = _who(referral, is_operator=is_operator)
    due = referral.next_due_at
    if due > now:
        return f"{who} {by_when(due, now)}", "neutral"
    return f"{who}: {since_when(due, now)}", "missed"


def _sending(draft: Referral, now: datetime) -> tuple[str, Tone]:
    """Return how a draft goes on: one that was begun from a call has a time by which it is owed."""
    begun = "Begun by KSAF from a call: finish and send it" if draft.invited_by_name else "Finish and send it"
    due = draft.next_due_at
    if due is None:
        return begun, "neutral"
    return (f"{begun} {by_when(due, now)}", "neutral") if due > now else (f"{begun}: {since_when(due, now)}", "missed")


def by_when(due: datetime, now: datetime) -> str:
    """Return "by 5pm today", "by 5pm tomorrow" or "by Thu 26 Nov, 5pm" for what is still to come at `now`."""
    days = (in_london(due).date() - in_london(now).date()).days
    near = {0: "today", 1: "tomorrow"}.get(days)
    return f"by {clock_time(due)} {near}" if near else f"by {short_datetime(due)}"


def since_when(due: datetime, now: datetime) -> str:
    """Return "missed today at 9am", "missed yesterday at 5pm" or "missed Thu 19 Nov, 5pm" for what is late."""
    days = (in_london(now).date() - in_london(due).date()).days
    near = {0: "today", 1: "yesterday"}.get(days)
    return f"missed {near} at {clock_time(due)}" if near else f"missed {short_datetime(due)}"


def _who(referral: Referral, *, is_operator: bool) -> str:
    kind = referral.next_due_kind or ""
    if kind == "information":
        return "The referrer answers" if is_operator else "You answer"
    if kind == "chase":
        return "The referrer may chase" if is_operator else "You may chase KSAF"
    return f"KSAF {_BY_KSAF.get(kind, 'acts')}"


def _nothing_due(referral: Referral, *, is_operator: bool) -> str:
    if referral.waiting_on is WaitingOn.REFERRER:
        return "The referrer answers" if is_operator else "You answer"
    if referral.waiting_on is WaitingOn.OPERATOR:
        return "KSAF acts"
    return {State.ADVICE: "The family can call", State.NOT_ACCEPTED: "Outcome sent"}.get(referral.state, "Nothing more")


def where(referral: Referral, *, is_operator: bool) -> str:
    """Return where the referral is, in a few words."""
    return label_for(referral.state, is_operator=is_operator)
