"""Time left and time passed in words. The calendar measures; this only says it."""

from datetime import datetime, timedelta
from typing import Final

from portal.web.dates import DAY, HOUR, MINUTE, clock_time, count_of, short_datetime

# Up to here "39 hours left" is easier to act on than "1 day left".
DAYS_FROM: Final = timedelta(hours=48)


def in_working_time(days: int, hours: timedelta) -> str:
    """Return the working time left: whole working days when there are any, else working hours."""
    if days:
        return f"{count_of(days, 'working day')} left"
    if hours >= HOUR:
        return f"{count_of(hours // HOUR, 'working hour')} left"
    if hours >= MINUTE:
        return f"{count_of(hours // MINUTE, 'working minute')} left"
    return "less than a working minute left"


def in_real_time(elapsed: timedelta) -> str:
    """Return the real time left, for what runs outside operational hours too: "39 hours left"."""
    if elapsed >= DAYS_FROM:
        return f"{count_of(elapsed // DAY, 'day')} left"
    if elapsed >= HOUR:
        return f"{count_of(elapsed // HOUR, 'hour')} left"
    if elapsed >= MINUTE:
        return f"{count_of(elapsed // MINUTE, 'minute')} left"
    return "less than a minute left"


def missed(now: datetime, due: datetime, working_days: int) -> str:
    """Return how long ago a deadline passed.

    `now` and `due` are local times, `working_days` how many have come since the day it was due.
    Missed before a weekend or closure and no working day since, it is named by its date.
    """
    days = (now.date() - due.date()).days
    if days <= 1:
        return f"missed {'yesterday' if days else 'today'} at {clock_time(due)}"
    if working_days:
        return f"missed {count_of(working_days, 'working day')} ago"
    return f"missed on {short_datetime(due)}"
