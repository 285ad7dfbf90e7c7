"""One timescale: what is owed, by whom, how long it may take and where that figure comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from portal.access.roles import Role
from portal.timescales.calendar import WorkingCalendar, months_later
from portal.timescales.pauses import Pause


class OwedBy(StrEnum):
    """Who owes what a timescale measures."""

    OPERATOR = "operator"
    REFERRING_ORGANISATION = "referring_organisation"
    SAFEGUARDING_TEAM = "safeguarding_team"
    CALLER = "caller"
    STAGE_LEVEL = "stage_level"
    CHALLENGER = "challenger"
    PARENT = "parent"


class Unit(StrEnum):
    """How a length is counted; policy.toml says what each one means."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    ELAPSED_HOURS = "elapsed_hours"
    ELAPSED_DAYS = "elapsed_days"
    HOURS_WHILE_OPEN = "hours_while_open"
    END_OF_WEEK = "end_of_week"
    WEEKS = "weeks"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"


@dataclass(frozen=True)
class Span:
    """A length of time: a number and the unit it is counted in."""

    length: float
    unit: Unit


@dataclass(frozen=True)
class Escalation:
    """Prompts before a deadline, when it is missed, and again if it is still missed."""

    approaching: Span  # before it is due
    still_missed: Span  # after it was due


@dataclass(frozen=True)
class PromptWhenDue:
    """One prompt when it is due, for what somebody now may do rather than has failed to do."""


@dataclass(frozen=True)
class LinkReminder:
    """A reminder this many days after a link was sent, and the end of the link when it is due."""

    remind_after: int


@dataclass(frozen=True, kw_only=True)
class Timescale:
    """One row of the policy.

    `length` counts `unit`s from `starts_at`, until `met_when`. `repeats` is how many times it is owed, or
    "until_met", "until_closed": such a one, while it is late, prompts again each further `length`. `pauses_while`
    names what stops it. `work_of` are the roles whose work it is at KSAF while it is on nobody: the first that anybody
    has. `never_longer` says why KSAF may not make it longer; `as_long_as` is the kind whose length it
    follows. Each is empty for most.
    """

    kind: str
    title: str
    owed_by: OwedBy
    starts_at: str
    met_when: str
    length: int
    unit: Unit
    repeats: int | str
    pauses_while: tuple[Pause, ...]
    ladder: Escalation | PromptWhenDue | LinkReminder
    source: str
    ours: bool
    guidance_version: str
    checked_on: date
    work_of: tuple[Role, ...]
    never_longer: str = ""
    as_long_as: str = ""

    @property
    def is_set_by_law(self) -> bool:
        """Say whether it is counted in days or months of the calendar, of which a pause takes whole days out."""
        return self.unit in _DAY_IN_LAW

    def due_at(
        self, start: datetime, calendar: WorkingCalendar, week: int | None = None, not_counted: int = 0
    ) -> datetime:
        """Return the UTC instant at which this is due when it started at `start`.

        `week`, from 1, is for what is owed each week of support, with `start` still the first day
        of support; `not_counted`, in days, is for what a law sets. Raises ValueError when either is given for
        anything else.
        """
        if week is not None and self.unit is not Unit.END_OF_WEEK:
            raise ValueError(f"{self.kind} is not owed by the week.")
        if self.is_set_by_law:
            last = _DAY_IN_LAW[self.unit](calendar.local_date(start), self.length)
            return calendar.close_in_law(last + timedelta(days=not_counted))
        if not_counted:
            raise ValueError(f"Each day counts for {self.kind}.")
        return _DUE[self.unit](calendar, start, week or self.length)


def _weeks_later(calendar: WorkingCalendar, start: datetime, weeks: int) -> datetime:
    return calendar.close_on_or_after(calendar.local_date(start) + timedelta(weeks=weeks))


def _end_of_week(calendar: WorkingCalendar, start: datetime, week: int) -> datetime:
    return calendar.last_close_of_week(calendar.local_date(start), week)


def _days_later(calendar: WorkingCalendar, start: datetime, days: int) -> datetime:
    return calendar.add_elapsed(start, 24 * days)


# Working hours measure leads only; no deadline is counted in them.
_DUE: Final[dict[Unit, Callable[[WorkingCalendar, datetime, int], datetime]]] = {
    Unit.WORKING_DAYS: WorkingCalendar.deadline_after,
    Unit.ELAPSED_HOURS: WorkingCalendar.add_elapsed,
    Unit.ELAPSED_DAYS: _days_later,
    Unit.HOURS_WHILE_OPEN: WorkingCalendar.within_hours_while_open,
    Unit.END_OF_WEEK: _end_of_week,
    Unit.WEEKS: _weeks_later,
}
# The last day, before weekends and bank holidays are looked at. The day of the start is not counted.
_DAY_IN_LAW: Final[dict[Unit, Callable[[date, int], date]]] = {
    Unit.CALENDAR_DAYS: lambda day, number: day + timedelta(days=number),
    Unit.CALENDAR_MONTHS: months_later,
}
DEADLINE_UNITS: Final = frozenset(_DUE) | frozenset(_DAY_IN_LAW)
