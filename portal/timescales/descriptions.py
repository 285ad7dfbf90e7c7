"""A deadline in words, for the component `deadline_line` and the list of who owes what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.timescales import closures, in_force, policy
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.models import Deadline, DeadlineState
from portal.timescales.timescale import OwedBy, PromptWhenDue
from portal.web.dates import long_datetime


@dataclass(frozen=True)
class Described:
    """A deadline as people read it.

    `label` is the sentence before "by …" ("KSAF acknowledges the referral"), `who` and `what` its two halves. `due_at`
    is None where no instant should be shown: paused, no longer needed, or not owed at all (a chase). Tones are those of
    the components. `href` is where the reader does it; whoever knows the page fills it in. `why` is why it ended, in
    words, for whoever owed it.
    """

    label: str
    who: str
    what: str
    due_at: datetime | None
    words: str
    tone: str
    is_open: bool
    href: str = ""
    why: str = ""


# The policy's titles say what to do ("acknowledge the referral"); here somebody does it. Others keep the title.
_SOMEBODY = {
    "acknowledge": "acknowledges the referral",
    "chase": "can contact KSAF’s manager if it is still not acknowledged",
    "decide": "decides what happens next",
    "outcome": "tells the referrer the outcome in writing",
    "information": "answers KSAF’s question",
    "attendance_context": "gets the attendance context from the family or school",
    "call_back": "calls the family",
    "allocate": "names who will work with the family",
    "weekly_update": "posts this week’s update",
    "week_4_review": "reviews the support with the family and professionals",
    "completion_summary": "sends the completion summary",
    "onward_offer": "offers the family to the next service",
    "onward_acceptance": "confirms that the next service has accepted",
    "confirm_telephone": "confirms the telephone referral in writing",
    "confirm_call": "sends the referral that was made by telephone",
    "confirm_call_followed": "gets the telephone referral in writing",
    "statutory_acknowledgement": "gets the statutory referral acknowledged",
    "statutory_manager": "contacts the front door’s manager",
    "statutory_outcome": "gets the front door’s outcome in writing",
    "record_review": "has a manager review the open record",
    "concern": "looks at the safeguarding concern",
    "disagreement_first": "answers the disagreement",
    "disagreement_stage": "answers the disagreement at stage 1",
    "disagreement_leads": "answers the disagreement at stage 2",
    "disagreement_heads": "answers the disagreement at stage 3",
    "disagreement_first_over": "can take it to the next stage",
    "disagreement_over": "can take it to the next stage",
    "disagreement_turn": "says whether it is resolved or goes on",
    "disagreement_partnership": "records what the partnership says",
    "data_request": "answers the request",
    "data_request_extended": "answers the request, in the extended time",
    "data_request_reply": "asks again for what it needs",
    "data_complaint": "acknowledges the complaint",
    "data_complaint_outcome": "tells the outcome of the complaint",
}
_YOU = {
    "chase": "can contact KSAF’s manager if it is still not acknowledged",
    "information": "answer KSAF’s question",
    "confirm_call": "send the referral that you made by telephone",
    "disagreement_first_over": "can take it to the next stage",
    "disagreement_over": "can take it to the next stage",
}
_TO_YOU = {"outcome": "tells you the outcome in writing"}
WHO = {
    OwedBy.OPERATOR: "KSAF",
    OwedBy.SAFEGUARDING_TEAM: "KSAF’s safeguarding team",
    OwedBy.REFERRING_ORGANISATION: "The referrer",
    OwedBy.CALLER: "Whoever phoned",
    OwedBy.STAGE_LEVEL: "The other side",
    OwedBy.CHALLENGER: "Whoever challenged the decision",
    OwedBy.PARENT: "The parent or carer",
}
"""Who owes what a timescale measures, in words."""


def describe(deadline: Deadline, now: datetime, reader_id: int | None = None) -> Described:
    """Return `deadline` in words as it stands at `now`.

    `reader_id` is the organisation that reads: a partner sees its own debts as "You …". KSAF stays KSAF to everyone.
    """
    owed_by = policy.load()[deadline.kind].owed_by
    yours = reader_id == deadline.owed_by_id and owed_by is not OwedBy.OPERATOR
    who = "You" if yours else WHO[owed_by]
    title = policy.load()[deadline.kind].title
    what = _YOU.get(deadline.kind, title) if yours else _SOMEBODY.get(deadline.kind, f"has to {title}")
    # Once whoever sent a referral no longer sees it, KSAF owes this to itself: it reads it as before.
    if reader_id == deadline.owed_to_id != deadline.owed_by_id:
        what = _TO_YOU.get(deadline.kind, what)
    if deadline.week and deadline.kind == "weekly_update":
        what = f"posts the update of week {deadline.week}"
    is_offer = isinstance(policy.load()[deadline.kind].ladder, PromptWhenDue)
    standing = _offered if is_offer else _STANDING[deadline.state]
    words, tone = standing(deadline, now, closures.calendar_at(deadline.policy_version))
    timed = not is_offer and deadline.state not in {DeadlineState.PAUSED, DeadlineState.CANCELLED}
    return Described(
        label=f"{who} {what}",
        who=who,
        what=what,
        due_at=deadline.due_at if timed else None,
        words=words,
        tone=tone,
        is_open=deadline.ended_at is None,
        # What ended a debt can name whom KSAF dealt with: whoever is owed it reads their own timeline instead.
        why=(deadline.ended_why or "") if reader_id in (None, deadline.owed_by_id) else "",
    )


def _running(deadline: Deadline, now: datetime, calendar: WorkingCalendar) -> tuple[str, str]:
    left = calendar.time_left_in_words(now, deadline.due_at)
    if now >= deadline.due_at:
        return left, "missed"
    rungs = in_force.rules_at(deadline.policy_version).rungs(deadline.kind, deadline.due_at, calendar)
    return left, "soon" if now >= rungs[0][1] else "on_track"


def _offered(deadline: Deadline, now: datetime, _calendar: WorkingCalendar) -> tuple[str, str]:
    """Say from when somebody may do what they need not do."""
    if deadline.ended_at:
        return "no longer needed", "neutral"
    if now >= deadline.due_at:
        return f"since {long_datetime(deadline.due_at)}", "soon"
    return f"from {long_datetime(deadline.due_at)}", "neutral"


def _paused(deadline: Deadline, _now: datetime, _calendar: WorkingCalendar) -> tuple[str, str]:
    # What was paused before an upgrade has no words of its own.
    return f"paused: {deadline.paused_why or 'KSAF waits for an answer'}", "waiting"


def _met(deadline: Deadline, _now: datetime, _calendar: WorkingCalendar) -> tuple[str, str]:
    met_at = deadline.met_at or deadline.due_at
    late = met_at > deadline.due_at
    return f"done{' late' if late else ''}, {long_datetime(met_at)}", "neutral" if late else "on_track"


def _missed(deadline: Deadline, now: datetime, calendar: WorkingCalendar) -> tuple[str, str]:
    if deadline.met_at:
        return _met(deadline, now, calendar)
    if deadline.ended_at:
        return "was missed, no longer needed", "neutral"
    return calendar.time_left_in_words(now, deadline.due_at), "missed"


def _cancelled(_deadline: Deadline, _now: datetime, _calendar: WorkingCalendar) -> tuple[str, str]:
    return "no longer needed", "neutral"


_STANDING: dict[DeadlineState, Callable[[Deadline, datetime, WorkingCalendar], tuple[str, str]]] = {
    DeadlineState.RUNNING: _running,
    DeadlineState.PAUSED: _paused,
    DeadlineState.MET: _met,
    DeadlineState.MISSED: _missed,
    DeadlineState.CANCELLED: _cancelled,
}
