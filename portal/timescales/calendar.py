"""The working calendar: which days and hours count, and how far a number of them reaches.

Instants are aware datetimes, taken in any zone and returned in UTC; a naive one raises ValueError.
Days and hours are read in `zone`. Between two times of one zone Python compares and subtracts wall
clocks, which goes wrong when the clocks change, so all arithmetic here is done in UTC.
"""

import calendar as months
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo

import holidays

from portal.timescales import time_left
from portal.web.dates import LONDON

MONDAY_TO_FRIDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)


@cache
def england_bank_holidays(year: int) -> frozenset[date]:
    """Return England's bank holidays of one year, as the `holidays` library knows them."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


@lru_cache(maxsize=4096)  # lists ask for the same few days on every row
def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def months_later(day: date, number: int) -> date:
    """Return the corresponding day `number` months on, or the last day of that month where it has none.

    ICO, "What should we consider when responding to a request?": a request of 31 January is due on 28 or 29 February.
    """
    years, month = divmod(day.month - 1 + number, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


@dataclass(frozen=True, kw_only=True)
class WorkingCalendar:
    """Working days and operational hours: Monday to Friday, less bank holidays and closure days.

    The defaults of `opens` and `closes` are those of policy.toml, which says where they come from.
    `closures` maps each KSAF closure day to its reason.
    """

    bank_holidays: Callable[[int], frozenset[date]] = england_bank_holidays
    closures: Mapping[date, str] = field(default_factory=dict[date, str], hash=False)
    opens: time = time(9)
    closes: time = time(17)
    zone: ZoneInfo = LONDON

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"Opening at {self.opens} has to come before closing at {self.closes}.")

    @classmethod
    def for_england(
        cls, closures: Mapping[date, str] | None = None, hours: tuple[time, time] = (time(9), time(17))
    ) -> Self:
        """Return England's calendar, for any year, with these closure days and their reasons, and these `hours`."""
        return cls(closures=dict(closures or {}), opens=hours[0], closes=hours[1])

    # --- days

    def is_working_day(self, day: date) -> bool:
        """Whether KSAF works on this day."""
        return day.weekday() < MONDAY_TO_FRIDAY and day not in self.closures and day not in self.bank_holidays(day.year)

    def working_days_between(self, first: date, last: date) -> int:
        """Return how many working days come after `first`, up to and including `last`."""
        return sum(self.is_working_day(first + i * ONE_DAY) for i in range(1, (last - first).days + 1))

    def local_date(self, instant: datetime) -> date:
        """Return the calendar day on which an instant falls here."""
        return self._local(instant).date()

    def opening_on(self, day: date) -> datetime:
        """Return the instant at which hours would open on this day, working day or not."""
        return _instant(day, self.opens, self.zone)

    def closing_on(self, day: date) -> datetime:
        """Return the instant at which hours would close on this day, working day or not."""
        return _instant(day, self.closes, self.zone)

    # --- deadlines

    def deadline_after(self, start: datetime, n: int) -> datetime:
        """Return when "within `n` working days" of `start` ends.

        That is the close of hours on the nth working day after the calendar day of `start`,
        whatever its hour. Raises ValueError when `n` is under 1.
        """
        if n < 1:
            raise ValueError(f"A deadline needs at least 1 working day, not {n}.")
        day = self.local_date(start)
        while n:
            day += ONE_DAY
            n -= self.is_working_day(day)
        return self.closing_on(day)

    def add_elapsed(self, start: datetime, hours: float) -> datetime:
        """Return the instant this many real hours after `start`, whatever the clocks do between."""
        return self._utc(start) + timedelta(hours=hours)

    def within_hours_while_open(self, start: datetime, hours: float) -> datetime:
        """Return when something owed "within `hours` while open, else by the next opening" is due.

        Raised too near closing for the hours to fit, it waits for the next opening like one raised
        after closing: nobody would be there to finish it.
        """
        due = self.add_elapsed(start, hours)
        fits = self.is_open(start) and due <= self.closing_on(self.local_date(start))
        return due if fits else self.next_opening(start)

    def last_close_of_week(self, first_day: date, week: int) -> datetime:
        """Return the close of the last working day in a week of support.

        Weeks are seven days each, counted from 1 at `first_day`. A week with no working day, as
        over a Christmas closure, ends at the close of the first working day after it. Raises
        ValueError when `week` is under 1.
        """
        if week < 1:
            raise ValueError(f"Weeks of support count from 1, not {week}.")
        last = first_day + timedelta(days=7 * week - 1)
        for back in range(7):
            if self.is_working_day(last - back * ONE_DAY):
                return self.closing_on(last - back * ONE_DAY)
        return self.close_on_or_after(last)

    def close_on_or_after(self, day: date) -> datetime:
        """Return the close of hours on this day, or on the next working day when it is not one."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return self.closing_on(day)

    def close_in_law(self, day: date) -> datetime:
        """Return the close of hours on this day, or on the next one that is neither a weekend nor a bank holiday.

        For time limits that a law sets: KSAF's own closure days move none of them.
        """
        while day.weekday() >= MONDAY_TO_FRIDAY or day in self.bank_holidays(day.year):
            day += ONE_DAY
        return self.closing_on(day)

    def extend_for_pause(self, due_at: datetime, paused_at: datetime, resumed_at: datetime) -> datetime:
        """Return when a deadline ends once a pause is over.

        One rule, short enough to tell a referrer: when the answer comes, as many working days are
        left as there were when the question was asked, and always at least one. The day of the
        answer is not counted, just as the day of receipt is not. A pause never brings a deadline
        forward, and one begun after the deadline had passed changes nothing.
        Raises ValueError when the pause ends before it begins.
        """
        due, paused, resumed = self._utc(due_at), self._utc(paused_at), self._utc(resumed_at)
        if resumed < paused:
            raise ValueError("A pause has to begin before it ends.")
        if paused >= due:
            return due
        left = self.working_days_between(self.local_date(paused), self.local_date(due))
        return max(due, self.deadline_after(resumed, max(left, 1)))

    # --- hours

    def is_open(self, instant: datetime) -> bool:
        """Whether hours are running: on a working day, from opening until just before closing."""
        day = self.local_date(instant)
        return self.is_working_day(day) and self.opening_on(day) <= instant < self.closing_on(day)

    def next_opening(self, instant: datetime) -> datetime:
        """Return the first opening after `instant`: while open, that of the next working day."""
        day = self.local_date(instant)
        while not (self.is_working_day(day) and self.opening_on(day) > instant):
            day += ONE_DAY
        return self.opening_on(day)

    def working_seconds_between(self, start: datetime, end: datetime) -> int:
        """Return the whole seconds of operational hours from `start` to `end`, 0 if not later."""
        start, end = self._utc(start), self._utc(end)
        open_time = sum(
            (
                max(min(end, closing) - max(start, opening), timedelta())
                for opening, closing in self._hours(self.local_date(start), self.local_date(end))
            ),
            timedelta(),
        )
        return int(open_time.total_seconds())

    def subtract_working_hours(self, instant: datetime, hours: float) -> datetime:
        """Return the latest instant from which `hours` of operational time remain until `instant`.

        Raises ValueError when `hours` is not more than 0.
        """
        if hours <= 0:
            raise ValueError(f"Only more than 0 working hours can be taken away, not {hours}.")
        instant, left = self._utc(instant), timedelta(hours=hours)
        day = self.local_date(instant)
        while True:
            if self.is_working_day(day):
                opening = self.opening_on(day)
                open_time = max(min(instant, self.closing_on(day)) - opening, timedelta())
                if open_time >= left:
                    return opening + open_time - left
                left -= open_time
            day -= ONE_DAY

    # --- words

    def time_left_in_words(self, now: datetime, due: datetime) -> str:
        """Return what is left until `due`, or how long since it was missed, as people say it.

        "1 working day left", "2 working hours left", "missed yesterday at 5pm", "missed 3 working
        days ago". A deadline outside operational hours is counted in real hours.
        """
        now, due = self._utc(now), self._utc(due)
        if now >= due:
            passed = self.working_days_between(self.local_date(due), self.local_date(now))
            return time_left.missed(self._local(now), self._local(due), passed)
        due_day = self.local_date(due)
        hours_count = self.is_working_day(due_day) and self.opening_on(due_day) < due <= self.closing_on(due_day)
        if not hours_count:
            return time_left.in_real_time(due - now)
        seconds = self.working_seconds_between(now, due)
        full_day = self.closing_on(due_day) - self.opening_on(due_day)
        days = min(
            self.working_days_between(self.local_date(now), due_day),
            timedelta(seconds=seconds) // full_day,
        )
        return time_left.in_working_time(days, timedelta(seconds=seconds))

    # --- within

    def _hours(self, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
        for i in range((last - first).days + 1):
            day = first + i * ONE_DAY
            if self.is_working_day(day):
                yield self.opening_on(day), self.closing_on(day)

    def _local(self, instant: datetime) -> datetime:
        return self._utc(instant).astimezone(self.zone)

    def _utc(self, instant: datetime) -> datetime:
        if instant.tzinfo is None:
            raise ValueError(f"A time needs its zone: {instant.isoformat()}")
        return instant.astimezone(UTC)
