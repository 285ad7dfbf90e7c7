"""The policy in plain words: how long each timescale is, and when something received now would be due."""

from dataclasses import dataclass
from datetime import datetime

from portal.timescales.calendar import WorkingCalendar
from portal.timescales.policy import Policy
from portal.timescales.timescale import PromptWhenDue, Timescale, Unit
from portal.web.dates import count_of, long_datetime

_LENGTHS = {
    Unit.WORKING_DAYS: "working day",
    Unit.ELAPSED_HOURS: "hour",
    Unit.ELAPSED_DAYS: "day",
    Unit.WEEKS: "week",
    Unit.CALENDAR_DAYS: "day",
    Unit.CALENDAR_MONTHS: "month",
}
_REPEATS = {"until_met": "asked again until it is done", "until_closed": "again and again until it is closed"}
# What the public promise to referrers consists of: these run from receipt, so "received now, due when" has an answer.
FROM_RECEIPT = ("acknowledge", "decide", "chase", "outcome")


@dataclass(frozen=True)
class Due:
    """One answer to "if it is received then, by when?"."""

    title: str
    when: str  # "by Tuesday 24 November 2026 at 5pm"; "from …" for what may then be done


def length_in_words(timescale: Timescale) -> str:
    """Return "3 working days", "48 hours", "by the end of week 4", with how often it is owed."""
    words = in_unit(timescale)
    repeats = timescale.repeats
    if isinstance(repeats, str):
        return f"{words}, {_REPEATS[repeats]}"
    return words if repeats == 1 else f"{words}, {repeats} times"


def in_unit(timescale: Timescale) -> str:
    """Return "3 working days", "by the end of week 4": the length alone."""
    if timescale.unit is Unit.HOURS_WHILE_OPEN:
        return f"{count_of(timescale.length, 'hour')} while KSAF is open, otherwise by the next opening"
    if timescale.unit is Unit.END_OF_WEEK:
        return "by the end of the week" if timescale.length == 1 else f"by the end of week {timescale.length}"
    return count_of(timescale.length, _LENGTHS[timescale.unit])


def unit_in_words(timescale: Timescale) -> str:
    """Return "working days", "hours while KSAF is open", to stand behind a number that is typed."""
    if timescale.unit is Unit.HOURS_WHILE_OPEN:
        return "hours while KSAF is open"
    return f"{_LENGTHS.get(timescale.unit, 'week')}s"


def due_if_received(received: datetime, rules: Policy, calendar: WorkingCalendar) -> list[Due]:
    """Return what a referral received at this instant would be owed, and by when, in the words of `rules`."""
    return [_due(rules[kind], received, calendar) for kind in FROM_RECEIPT]


def _due(timescale: Timescale, received: datetime, calendar: WorkingCalendar) -> Due:
    preposition = "from" if isinstance(timescale.ladder, PromptWhenDue) else "by"
    return Due(timescale.title, f"{preposition} {long_datetime(timescale.due_at(received, calendar))}")
