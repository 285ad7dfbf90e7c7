"""Who owes what next on a referral, as its people read it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from portal import clock
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.referrals import lifecycle
from portal.referrals.effects import RECORD_REVIEW, SHARING, STATUTORY
from portal.referrals.models import Referral
from portal.referrals.rules import Event
from portal.timescales import queries
from portal.timescales.descriptions import Described, describe
from portal.timescales.models import Deadline, DeadlineState

# How fine the words of time left are: to the minute within the last hour, else the panel may be this much behind.
_NEAR, _FINE, _COARSE = timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=5)

# Where a reader who can, does what is owed.
_DONE_ON = {
    "information": (Event.ANSWER, "answer"),
    "attendance_context": (Event.RECORD_CONTEXT, "record-context"),
}


def owed(actor: Actor, referral: Referral) -> list[Described]:
    """Return what is still owed on `referral`, most urgent first and what is paused last, as `actor` reads it now."""
    now = clock.now()
    found = queries.for_reference(actor, referral.reference)
    # A chase is nobody's debt: the page offers it beside this list once the acknowledgement is late.
    hidden = {"chase"} if actor.may(Permission.STATUTORY_READ) else {"chase", *STATUTORY, *SHARING}
    still = _soonest(each for each in found if each.ended_at is None and each.kind not in hidden)
    still.sort(key=lambda each: (each.state is DeadlineState.PAUSED, each.due_at))
    return [replace(describe(each, now, actor.organisation_id), href=_where(actor, referral, each)) for each in still]


def _where(actor: Actor, referral: Referral, deadline: Deadline) -> str:
    """Return where `actor` does what is owed; empty where they do not, or where no page is made for it."""
    path = f"/referrals/{referral.reference}"
    if deadline.kind == "weekly_update" and actor.may(Permission.UPDATE_WRITE):
        return f"{path}/weeks/{deadline.week}#update"
    if deadline.kind == RECORD_REVIEW and actor.may(Permission.RECORD_REVIEW):
        return f"{path}/record-review"
    if deadline.kind in SHARING and actor.may(Permission.SHARING_READ):
        return f"{path}/sharing"
    event, page = _DONE_ON.get(deadline.kind, (None, ""))
    return f"{path}/{page}" if event and lifecycle.can(actor, referral, event) else ""


def _soonest(deadlines: Iterable[Deadline]) -> list[Deadline]:
    """Return every missed one of `deadlines`, and of those that run the first of each kind: five weeks are one line."""
    kept: list[Deadline] = []
    for each in deadlines:
        runs = each.state is DeadlineState.RUNNING
        if not (runs and any(other.kind == each.kind and other.state is each.state for other in kept)):
            kept.append(each)
    return kept


def time_bucket(referral: Referral) -> int:
    """Return a number that changes when the words of time left may: part of the panel's tag."""
    now, due = clock.now(), referral.next_due_at
    step = _FINE if due is not None and abs(due - now) <= _NEAR else _COARSE
    return int(now.timestamp() // step.total_seconds())
