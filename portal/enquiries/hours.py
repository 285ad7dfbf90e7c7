"""Whether the Support and Advice Line is open now, by the working calendar."""

from portal import clock
from portal.timescales import closures
from portal.web.dates import clock_time, long_datetime


def in_words() -> str:
    """Return whether the line is open, and until or from when."""
    now, calendar = clock.now(), closures.calendar()
    if calendar.is_open(now):
        return f"The line is open until {clock_time(calendar.closing_on(calendar.local_date(now)))} today."
    return f"The line is closed. It opens on {long_datetime(calendar.next_opening(now))}."
