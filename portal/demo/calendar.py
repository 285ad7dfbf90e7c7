"""When the demo's stories happen: counted back from the last working day that has begun."""

from datetime import date, datetime, time, timedelta

from portal.timescales.calendar import WorkingCalendar
from portal.web.dates import LONDON


class StoryTime:
    """Reads "3 09:40" as 9:40am in London, three working days before the last one that has begun at `now`."""

    def __init__(self, calendar: WorkingCalendar, now: datetime) -> None:
        self._calendar = calendar
        today = calendar.local_date(now)
        has_begun = calendar.is_working_day(today) and now >= calendar.opening_on(today)
        self._last = today if has_begun else self._working_day_before(today)

    def instant(self, said: str) -> datetime:
        """Return the instant that `said` names."""
        back, clock_time = said.split()
        day = self._last
        for _ in range(int(back)):
            day = self._working_day_before(day)
        return datetime.combine(day, time.fromisoformat(clock_time), LONDON)

    def _working_day_before(self, day: date) -> date:
        day -= timedelta(days=1)
        while not self._calendar.is_working_day(day):
            day -= timedelta(days=1)
        return day
