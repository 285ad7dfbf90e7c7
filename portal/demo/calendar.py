"""When the demo's stories happen: counted back from the last working day that has begun."""

from datetime import date, datetime, time, timedelta

from portal.timescales.calendar import WorkingCalendar
from portal.web.dates import LONDON

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class StoryTime:
    """Reads "3 09:40" as 9:40am in London, three working days before the last one that has begun at `now`.

    "2w thu 09:40" is the Thursday two weeks before the week of that day: support goes by weeks, whatever day it is now.
    """

    def __init__(self, calendar: WorkingCalendar, now: datetime) -> None:
        self._calendar = calendar
        today = calendar.local_date(now)
        has_begun = calendar.is_working_day(today) and now >= calendar.opening_on(today)
        self._last = today if has_begun else self.working_day_before(today)

    def instant(self, said: str) -> datetime:
        """Return the instant that `said` names."""
        *day, clock_time = said.split()
        return datetime.combine(self._day(*day), time.fromisoformat(clock_time), LONDON)

    def _day(self, back: str, weekday: str | None = None) -> date:
        if weekday is not None:
            monday = self._last - timedelta(days=self._last.weekday(), weeks=int(back.removesuffix("w")))
            return monday + timedelta(days=_DAYS.index(weekday))
        day = self._last
        for _ in range(int(back)):
            day = self.working_day_before(day)
        return day

    def working_day_before(self, day: date) -> date:
        """Return the last working day before `day`."""
        day -= timedelta(days=1)
        while not self._calendar.is_working_day(day):
            day -= timedelta(days=1)
        return day
