"""The ladder of prompts: which rungs a deadline climbs and at which instants."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from portal.timescales.calendar import WorkingCalendar
from portal.timescales.timescale import (
    Escalation,
    LinkReminder,
    PromptWhenDue,
    Span,
    Timescale,
    Unit,
)


class Rung(StrEnum):
    """One step of a ladder. `recipients.py` says who hears of each."""

    APPROACHING = "approaching"  # to the person who owes it
    MISSED = "missed"  # to their manager
    STILL_MISSED = "still_missed"  # to the head of service
    AGAIN = "again"  # to all of them, each further period, of what is owed until it is done
    DUE = "due"  # to the one who may now act, such as a referrer who may chase
    REMINDER = "reminder"  # to a parent whose link is still unanswered
    EXPIRED = "expired"  # the link has ended


def rungs(
    timescale: Timescale,
    due_at: datetime,
    calendar: WorkingCalendar,
    started_at: datetime | None = None,
) -> tuple[tuple[Rung, datetime], ...]:
    """Return the rungs of a deadline due at `due_at` with their UTC instants, earliest first.

    With `started_at`, a rung that would fall at or before the start is left out: nothing is
    "approaching" before it has begun, as a lead over a weekend could make it.
    """
    due_at = due_at.astimezone(UTC)
    climbed = _climb(timescale, due_at, calendar)
    return tuple((rung, at) for rung, at in climbed if started_at is None or at > started_at)


def _climb(timescale: Timescale, due_at: datetime, calendar: WorkingCalendar) -> tuple[tuple[Rung, datetime], ...]:
    match timescale.ladder:
        case PromptWhenDue():
            return ((Rung.DUE, due_at),)
        case LinkReminder(remind_after):
            unused = timedelta(days=timescale.length - remind_after)
            return ((Rung.REMINDER, due_at - unused), (Rung.EXPIRED, due_at))
        case Escalation(approaching, still_missed):
            return (
                (Rung.APPROACHING, _before(due_at, approaching, calendar)),
                (Rung.MISSED, due_at),
                (Rung.STILL_MISSED, _after(due_at, still_missed, calendar)),
            )


def _before(due_at: datetime, lead: Span, calendar: WorkingCalendar) -> datetime:
    if lead.unit is Unit.WORKING_HOURS:
        return calendar.subtract_working_hours(due_at, lead.length)
    return due_at - timedelta(hours=lead.length)


def _after(due_at: datetime, wait: Span, calendar: WorkingCalendar) -> datetime:
    if wait.unit is Unit.WORKING_DAYS:
        return calendar.deadline_after(due_at, int(wait.length))
    return calendar.add_elapsed(due_at, wait.length)
