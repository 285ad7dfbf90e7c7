"""Every hour of five years against an oracle that shares nothing with the portal's calendar.

The oracle takes GOV.UK's own list of bank holidays as govuk-bank-holidays bundles it, which ends
with 2028. Deadlines begun in the last months of 2028 end in 2029, so New Year's Day 2029, a Monday,
Good Friday and Easter Monday of that year are added by hand. It steps through days one by one and
knows summer time by its rule: from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last
Sunday of October. What depends on the day of the start alone is worked out once a day; the portal
is asked for every hour.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from portal.timescales.calendar import WorkingCalendar
from portal.timescales.policy import load
from portal.timescales.timescale import Unit

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOV_UK = {
    event["date"] for event in BankHolidays(use_cached_holidays=True).get_holidays(division="england-and-wales")
} | {date(2029, 1, 1), date(2029, 3, 30), date(2029, 4, 2)}
CALENDAR = WorkingCalendar.for_england()
POLICY = load()


def last_sunday_at_one(year, month):
    day = datetime(year, month, 31, 1, tzinfo=UTC)
    while day.isoweekday() != 7:
        day -= DAY
    return day


SUMMER = {y: (last_sunday_at_one(y, 3), last_sunday_at_one(y, 10)) for y in range(2023, 2031)}


def london_offset(instant):
    begins, ends = SUMMER[instant.year]
    return HOUR if begins <= instant < ends else timedelta()


def london_day(instant):
    return (instant + london_offset(instant)).date()


def at_london(day, hour):
    local = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return local - london_offset(local)


def works(day):
    return day.isoweekday() <= 5 and day not in GOV_UK


@cache
def after_working_days(day, n):
    counted = 0
    while counted < n:
        day += DAY
        counted += works(day)
    return at_london(day, 17)


def within_hours_while_open(start, hours):
    day = london_day(start)
    opens, closes = at_london(day, 9), at_london(day, 17)
    if works(day) and start >= opens and start + hours * HOUR <= closes:
        return start + hours * HOUR
    while not works(day) or start >= at_london(day, 9):
        day += DAY
    return at_london(day, 9)


@cache
def after_weeks(day, weeks):
    day += weeks * 7 * DAY
    while not works(day):
        day += DAY
    return at_london(day, 17)


@cache
def end_of_week(day, week):
    first = day + (week - 1) * 7 * DAY
    return at_london([first + i * DAY for i in range(7) if works(first + i * DAY)][-1], 17)


@cache
def in_law(day):
    while day.isoweekday() > 5 or day in GOV_UK:
        day += DAY
    return at_london(day, 17)


@cache
def after_months(day, months):
    """Step through the days to the month that is meant, then on to the same number, or to the month's end."""
    number, turned = day.day, 0
    while turned < months:
        turned += (day + DAY).month != day.month
        day += DAY
    while day.day < number and (day + DAY).month == day.month:
        day += DAY
    return in_law(day)


ORACLE = {
    Unit.CALENDAR_DAYS: lambda start, days: in_law(london_day(start) + days * DAY),
    Unit.CALENDAR_MONTHS: lambda start, months: after_months(london_day(start), months),
    Unit.WORKING_DAYS: lambda start, n: after_working_days(london_day(start), n),
    Unit.HOURS_WHILE_OPEN: within_hours_while_open,
    Unit.WEEKS: lambda start, weeks: after_weeks(london_day(start), weeks),
    Unit.END_OF_WEEK: lambda start, week: end_of_week(london_day(start), week),
    Unit.ELAPSED_HOURS: lambda start, hours: start + hours * HOUR,
    Unit.ELAPSED_DAYS: lambda start, days: start + 24 * days * HOUR,
}


def hours_of_the_years():
    return [FIRST + i * HOUR for i in range(int((LAST - FIRST) / HOUR))]


@pytest.mark.parametrize("kind", POLICY.timescales)
def test_every_hour_of_2024_to_2028_for_every_timescale(kind):
    timescale = POLICY[kind]
    weeks = range(1, 6) if kind == "weekly_update" else [None]
    tried, mismatches = 0, []
    for week in weeks:
        for start in hours_of_the_years():
            expected = ORACLE[timescale.unit](start, week or timescale.length)
            tried += 1
            if POLICY.due_at(kind, start, CALENDAR, week) != expected:
                mismatches.append((start, week, expected))
    print(f"{kind}: {len(mismatches)} mismatches of {tried}")
    assert mismatches == []
    assert tried == 43_848 * len(weeks)


def test_every_day_of_the_years_is_a_working_day_exactly_when_gov_uk_says_so():
    days = [FIRST.date() + i * DAY for i in range((LAST - FIRST).days)]
    assert [day for day in days if CALENDAR.is_working_day(day) != works(day)] == []
    assert len(days) == 1827
