"""The weeks of support as rules: when they may begin, and which of them are short."""

from datetime import date, timedelta

from portal.timescales.calendar import MONDAY_TO_FRIDAY, WorkingCalendar

WEEKS = 5
"""Exactly five: KSAF prospectus, Pathway 2."""
OFFERED = 6
"""How many first Mondays can be chosen from: ours, more than a month ahead helps nobody."""
_WEEK = timedelta(weeks=1)


def first_mondays(today: date) -> list[date]:
    """Return the Mondays on which support may begin, from `today` on when it is one."""
    first = today + timedelta(days=-today.weekday() % 7)
    return [first + number * _WEEK for number in range(OFFERED)]


def week_starts(first: date, weeks: int = WEEKS) -> list[date]:
    """Return the Monday of each week of support that begins on `first`."""
    return [first + number * _WEEK for number in range(weeks)]


def short_weeks(calendar: WorkingCalendar, first: date) -> dict[int, int]:
    """Return the working days of each week, by its number, that has fewer than five of them."""
    before = timedelta(days=1)
    days = {
        number: calendar.working_days_between(monday - before, monday + _WEEK - before)
        for number, monday in enumerate(week_starts(first), 1)
    }
    return {number: count for number, count in days.items() if count < MONDAY_TO_FRIDAY}
