"""Where a week's update stands, and in which words."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.cases.models import CaseWeek
from portal.web.dates import long_date, long_datetime, today


class WeekState(StrEnum):
    """Where the update of one week stands."""

    TO_COME = "to_come"
    DUE = "due"
    POSTED = "posted"
    POSTED_LATE = "posted_late"
    MISSED = "missed"
    NOT_NEEDED = "not_needed"


TONES = {
    WeekState.TO_COME: "neutral",
    WeekState.DUE: "waiting",
    WeekState.POSTED: "on_track",
    WeekState.POSTED_LATE: "soon",
    WeekState.MISSED: "missed",
    WeekState.NOT_NEEDED: "neutral",
}
_LABELS = {
    WeekState.TO_COME: "To come",
    WeekState.DUE: "Due",
    WeekState.POSTED: "Posted",
    WeekState.POSTED_LATE: "Posted late",
    WeekState.MISSED: "Missed",
    WeekState.NOT_NEEDED: "Not needed",
}


@dataclass(frozen=True)
class Said:
    """A state as people read it: the word of its tag, the tone, and the sentence beside it."""

    state: WeekState
    label: str
    tone: str
    detail: str


def state_of(week: CaseWeek, now: datetime, day: date, ended_at: datetime | None) -> WeekState:
    """Return where `week` stands at `now`, in London `day`; `ended_at` is when the support ended, None while it runs.

    Late is late at once, whether or not a tick of the scheduler has marked it missed yet.
    """
    if week.posted_at:
        return WeekState.POSTED_LATE if week.is_late else WeekState.POSTED
    if week.missed_at or (week.due_at <= (ended_at or now)):
        return WeekState.MISSED
    if ended_at:
        return WeekState.NOT_NEEDED
    return WeekState.DUE if week.starts_on <= day else WeekState.TO_COME


def said(week: CaseWeek, now: datetime, ended_at: datetime | None) -> Said:
    """Return where `week` stands at `now` in words."""
    state = state_of(week, now, today(), ended_at)
    due = long_datetime(week.due_at)
    details = {
        WeekState.TO_COME: f"The week begins on {long_date(week.starts_on)}.",
        WeekState.DUE: f"KSAF posts the update by {due}.",
        WeekState.MISSED: f"It was due by {due}, and KSAF has not posted it.",
        WeekState.NOT_NEEDED: "The support ended before it was due.",
    }
    if week.posted_at:
        posted = f"{long_datetime(week.posted_at)} by {week.posted_by_name}."
        details[WeekState.POSTED] = posted
        details[WeekState.POSTED_LATE] = f"{posted} It was due by {due}."
    return Said(state, _LABELS[state], TONES[state], details[state])
