"""In which units the length of a timescale may be counted, and about how long each is. No database."""

from datetime import date, datetime, time
from typing import Final

from portal.timescales.timescale import Escalation, LinkReminder, Timescale, Unit

LONGEST: Final = {Unit.WEEKS: 52, Unit.CALENDAR_MONTHS: 12}
LONGEST_OF_OTHERS: Final = 366
"""Ours: no timescale of the service is counted in more than a year."""
_ORDINARY = (Unit.WORKING_DAYS, Unit.ELAPSED_HOURS, Unit.WEEKS)
_AS_LAWS_COUNT = (Unit.CALENDAR_DAYS, Unit.CALENDAR_MONTHS)
OF_LEADS: Final = (Unit.WORKING_HOURS, Unit.ELAPSED_HOURS)
"""What a first reminder may be counted in; one to a parent is in days."""
OF_WAITS: Final = (Unit.WORKING_DAYS, Unit.ELAPSED_HOURS)
"""What the wait until the last rung may be counted in."""

PROGRAMME: Final = (
    "It goes by the five weeks of support (KSAF prospectus, Pathway 2), which are not a figure of this page."
)
_ANOTHER_IS_LONGER = "It keeps its unit, since another could make it longer."
_A_LINK = "A link lives for days, as its reminder is counted."


def possible(installed: Timescale) -> tuple[Unit, ...]:
    """Return what its length may be counted in, by the row that the file gives: its own unit alone where that stays."""
    if why_fixed(installed):
        return (installed.unit,)
    also = _AS_LAWS_COUNT if installed.is_set_by_law else ()
    return tuple(dict.fromkeys((installed.unit, *_ORDINARY, *also)))


def why_fixed(installed: Timescale) -> str:
    """Return why its unit stays, in a sentence; empty where it may be another."""
    if installed.as_long_as:
        return "It is counted as the one it follows is."
    if installed.unit is Unit.END_OF_WEEK:
        return PROGRAMME
    if isinstance(installed.ladder, LinkReminder):
        return _A_LINK
    return _ANOTHER_IS_LONGER if installed.never_longer else ""


def of_lead(timescale: Timescale) -> tuple[Unit, ...]:
    """Return what its first reminder may be counted in; nothing where none comes."""
    if isinstance(timescale.ladder, LinkReminder):
        return (Unit.ELAPSED_DAYS,)
    return OF_LEADS if isinstance(timescale.ladder, Escalation) else ()


def length_in(unit: Unit, timescale: Timescale, hours: tuple[time, time]) -> float:
    """Return about how long a timescale is in `unit`: working hours, hours or days that pass. `hours` are KSAF's."""
    opens, closes = (datetime.combine(date.min, each) for each in hours)
    day = (closes - opens).total_seconds() / 3600
    days_open, hours_in_day = (5, day) if unit is Unit.WORKING_HOURS else (7, 24)
    if unit is Unit.ELAPSED_DAYS:
        hours_in_day = 1
    of_one = {
        Unit.WORKING_DAYS: hours_in_day,
        Unit.ELAPSED_HOURS: hours_in_day / 24,
        Unit.ELAPSED_DAYS: hours_in_day,
        Unit.END_OF_WEEK: days_open * hours_in_day,
        Unit.WEEKS: days_open * hours_in_day,
        Unit.CALENDAR_DAYS: hours_in_day * days_open / 7,
        Unit.CALENDAR_MONTHS: 4 * days_open * hours_in_day,
    }
    return timescale.length * of_one.get(timescale.unit, 1)
