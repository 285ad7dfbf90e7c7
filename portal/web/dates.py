"""Dates and times as people read them: London time, plain words, no locale.

Every function takes aware datetimes (any zone) and raises ValueError for a naive one.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from portal import clock

LONDON: Final = ZoneInfo("Europe/London")

# Spelt out here because strftime would follow whatever locale the server happens to have.
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SHORT: Final = 3
NOON: Final = 12
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


def in_london(instant: datetime) -> datetime:
    """Return the instant on a London clock; raises ValueError when it carries no zone."""
    if instant.tzinfo is None:
        raise ValueError(f"A time needs its zone to be shown: {instant.isoformat()}")
    return instant.astimezone(LONDON)


def today() -> date:
    """Return the day it is in London now."""
    return in_london(clock.now()).date()


def clock_time(instant: datetime) -> str:
    """Return the London time of day: "5pm", "5:30pm", "midday", "midnight"."""
    local = in_london(instant)
    if local.minute == 0 and local.hour in {0, NOON}:
        return "midday" if local.hour == NOON else "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % NOON or NOON}{minutes}{'pm' if local.hour >= NOON else 'am'}"


def date_only(day: date | datetime) -> str:
    """Return "24 November 2026" for a date, or for the London date of an instant."""
    if isinstance(day, datetime):
        day = in_london(day).date()
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def long_date(day: date | datetime) -> str:
    """Return "Tuesday 24 November 2026" for a date, or for the London date of an instant."""
    if isinstance(day, datetime):
        day = in_london(day).date()
    return f"{WEEKDAYS[day.weekday()]} {date_only(day)}"


def long_datetime(instant: datetime) -> str:
    """Return "Tuesday 24 November 2026 at 5pm"."""
    return f"{long_date(instant)} at {clock_time(instant)}"


def short_datetime(instant: datetime) -> str:
    """Return "Tue 24 Nov, 5pm", for lists where the year is plain from the context."""
    local = in_london(instant)
    weekday, month = WEEKDAYS[local.weekday()][:SHORT], MONTHS[local.month - 1][:SHORT]
    return f"{weekday} {local.day} {month}, {clock_time(local)}"


def count_of(number: int, thing: str) -> str:
    """Return "1 working day", "3 working days": the number and the thing, made plural by an s."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def age_in_words(now: datetime, then: datetime) -> str:
    """Return how long it is since `then` in its largest unit: "40 minutes", "5 hours", "2 days" by the calendar."""
    elapsed = _elapsed(now, then)
    if elapsed >= DAY:
        return count_of((in_london(now).date() - in_london(then).date()).days, "day")
    for unit, length in (("hour", HOUR), ("minute", MINUTE)):
        if elapsed >= length:
            return count_of(elapsed // length, unit)
    return "less than a minute"


def ago(now: datetime, then: datetime) -> str:
    """Return when something happened, seen from `now`.

    "just now", "10 minutes ago", "today at 11:20am", "yesterday at 5pm", "Thu 19 Nov, 5pm", and
    the date alone once it lies in another year. A moment ahead of `now` reads "just now": the
    clocks of two machines differ a little, and a page should not show the future.
    """
    elapsed = _elapsed(now, then)
    if elapsed < MINUTE:
        return "just now"
    if elapsed < HOUR:
        return f"{age_in_words(now, then)} ago"
    local_now, local = in_london(now), in_london(then)
    days = (local_now.date() - local.date()).days
    if days <= 1:
        return f"{'yesterday' if days else 'today'} at {clock_time(local)}"
    return short_datetime(local) if local.year == local_now.year else date_only(local)


def _elapsed(now: datetime, then: datetime) -> timedelta:
    # Python subtracts the wall clocks of two London times: an hour would go astray twice a year.
    return in_london(now).astimezone(UTC) - in_london(then).astimezone(UTC)
