from datetime import date

from portal.cases import rules
from portal.timescales.calendar import WorkingCalendar


def test_support_may_begin_on_the_next_six_mondays_today_among_them():
    wednesday, monday = date(2026, 11, 25), date(2026, 11, 30)
    offered = rules.first_mondays(wednesday)
    assert offered[0] == rules.first_mondays(monday)[0] == monday
    assert len(offered) == 6
    assert {each.weekday() for each in offered} == {0}


def test_five_weeks_begin_on_five_mondays():
    assert rules.week_starts(date(2026, 11, 30))[-1] == date(2026, 12, 28)
    assert len(rules.week_starts(date(2026, 11, 30))) == 5


def test_weeks_with_holidays_and_closure_days_are_short():
    calendar = WorkingCalendar.for_england({date(2026, 12, day): "Closed" for day in (29, 30, 31)})
    # Christmas Day and Boxing Day's substitute (28 December), the closure, New Year's Day.
    assert rules.short_weeks(calendar, date(2026, 11, 30)) == {4: 4, 5: 0}
    assert rules.short_weeks(calendar, date(2026, 10, 5)) == {}
