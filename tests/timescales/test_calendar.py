"""The working calendar, told in the examples of the service's own description."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.timescales.calendar import WorkingCalendar

LONDON = ZoneInfo("Europe/London")
CALENDAR = WorkingCalendar.for_england()
INSTANTS = st.datetimes(
    min_value=datetime.fromisoformat("2024-01-01"),
    max_value=datetime.fromisoformat("2028-12-01"),
    timezones=st.just(UTC),
)
# The first look at a year of bank holidays loads the library, which says nothing about the rule.
UNHURRIED = settings(deadline=None)
CLOSURES = st.dictionaries(
    st.dates(min_value=date(2024, 1, 1), max_value=date(2028, 12, 31)),
    st.just("Training"),
    max_size=60,
)


def london(text):
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("received", "n", "due"),
    [
        ("2026-11-23 10:00", 1, "2026-11-24 17:00"),  # Monday morning
        ("2026-11-23 22:00", 1, "2026-11-24 17:00"),  # Monday night: the same day of receipt
        ("2026-11-23 23:59", 1, "2026-11-24 17:00"),
        ("2026-11-24 00:00", 1, "2026-11-25 17:00"),
        ("2026-11-21 12:00", 1, "2026-11-23 17:00"),  # Saturday
        ("2026-11-22 23:30", 1, "2026-11-23 17:00"),  # Sunday
        ("2026-11-20 09:00", 3, "2026-11-25 17:00"),  # over a weekend
        ("2026-12-24 16:00", 1, "2026-12-29 17:00"),  # Christmas Day, and Boxing Day's substitute
        ("2026-04-02 10:00", 1, "2026-04-07 17:00"),  # Easter
        ("2026-03-27 10:00", 1, "2026-03-30 17:00"),  # into summer time
        ("2026-06-15 23:30", 1, "2026-06-16 17:00"),  # late evening is still Monday in London
    ],
)
def test_within_working_days_ends_at_close_on_the_nth_working_day(received, n, due):
    assert CALENDAR.deadline_after(london(received), n) == london(due)


def test_deadlines_come_back_in_utc_whatever_zone_they_went_in():
    summer = CALENDAR.deadline_after(datetime(2026, 6, 15, 23, 30, tzinfo=UTC), 1)
    assert summer.isoformat() == "2026-06-17T16:00:00+00:00"  # received on Tuesday, London time


def test_ksaf_closure_days_do_not_count_and_hours_are_configurable():
    closed = WorkingCalendar(closures={date(2026, 11, 24): "Staff training"}, closes=time(16, 30))
    assert closed.deadline_after(london("2026-11-23 10:00"), 1) == london("2026-11-25 16:30")


def test_a_naive_time_a_deadline_of_no_days_and_backward_hours_are_refused():
    with pytest.raises(ValueError, match="zone"):
        CALENDAR.deadline_after(datetime.fromisoformat("2026-11-23 10:00"), 1)
    with pytest.raises(ValueError, match="at least 1"):
        CALENDAR.deadline_after(london("2026-11-23 10:00"), 0)
    with pytest.raises(ValueError, match="before closing"):
        WorkingCalendar(opens=time(17), closes=time(9))


@pytest.mark.parametrize("clocks_change", ["2026-03-28 12:00", "2026-10-24 12:00", "2027-03-27 09:30"])
def test_48_hours_are_172800_seconds_across_both_clock_changes(clocks_change):
    start = london(clocks_change)
    elapsed = CALENDAR.add_elapsed(start, 48) - start.astimezone(UTC)
    print(f"48 h from {start}: {elapsed.total_seconds():.0f} s")
    assert elapsed.total_seconds() == 172_800


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        ("2026-11-23 10:00", "2026-11-23 11:00"),
        ("2026-11-23 16:00", "2026-11-23 17:00"),
        ("2026-11-23 16:30", "2026-11-24 09:00"),  # the hour no longer fits
        ("2026-11-23 20:00", "2026-11-24 09:00"),
        ("2026-11-23 07:00", "2026-11-23 09:00"),
        ("2026-11-20 17:00", "2026-11-23 09:00"),
    ],
)
def test_a_concern_is_owed_within_the_hour_or_by_the_next_opening(raised, due):
    assert CALENDAR.within_hours_while_open(london(raised), 1) == london(due)


def test_hours_are_open_from_opening_until_just_before_closing():
    assert CALENDAR.is_open(london("2026-11-23 09:00"))
    assert CALENDAR.is_open(london("2026-11-23 16:59"))
    assert not CALENDAR.is_open(london("2026-11-23 17:00"))
    assert not CALENDAR.is_open(london("2026-11-22 12:00"))
    assert CALENDAR.next_opening(london("2026-11-23 12:00")) == london("2026-11-24 09:00")
    assert CALENDAR.next_opening(london("2026-12-24 18:00")) == london("2026-12-29 09:00")


def test_working_time_leaves_out_nights_and_weekends():
    assert CALENDAR.working_seconds_between(london("2026-11-20 16:00"), london("2026-11-23 10:30")) == int(2.5 * 3600)
    assert CALENDAR.working_seconds_between(london("2026-11-23 10:00"), london("2026-11-20 10:00")) == 0


def test_taking_working_hours_away_walks_back_over_nights_and_weekends():
    assert CALENDAR.subtract_working_hours(london("2026-11-24 17:00"), 2) == london("2026-11-24 15:00")
    assert CALENDAR.subtract_working_hours(london("2026-11-23 10:00"), 2) == london("2026-11-20 16:00")
    with pytest.raises(ValueError, match="more than 0"):
        CALENDAR.subtract_working_hours(london("2026-11-23 10:00"), 0)


@pytest.mark.parametrize(
    ("first_day", "week", "end"),
    [
        (date(2026, 11, 23), 1, "2026-11-27 17:00"),  # begun on a Monday, so owed on a Friday
        (date(2026, 11, 23), 3, "2026-12-11 17:00"),
        (date(2026, 11, 25), 1, "2026-12-01 17:00"),  # begun on a Wednesday: seven days to Tuesday
        (date(2026, 11, 30), 5, "2026-12-31 17:00"),  # New Year's Day is not worked
    ],
)
def test_a_week_of_support_ends_with_its_last_working_day(first_day, week, end):
    assert CALENDAR.last_close_of_week(first_day, week) == london(end)


def test_a_week_wholly_closed_ends_with_the_first_day_back():
    shut = WorkingCalendar.for_england({date(2026, 12, d): "Christmas" for d in range(21, 32)})
    assert shut.last_close_of_week(date(2026, 11, 23), 5) == london("2027-01-04 17:00")
    with pytest.raises(ValueError, match="count from 1"):
        shut.last_close_of_week(date(2026, 11, 23), 0)


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("2026-11-23 14:00", "2026-11-26 11:00", "2026-11-27 17:00"),  # a day left, a day left
        ("2026-11-23 10:00", "2026-11-23 15:00", "2026-11-24 17:00"),  # back the same day
        ("2026-11-24 16:00", "2026-11-26 22:00", "2026-11-27 17:00"),  # on its last day: one more
        ("2026-11-23 10:00", "2026-11-28 10:00", "2026-11-30 17:00"),  # answered on a Saturday
        ("2026-11-25 10:00", "2026-11-26 10:00", "2026-11-24 17:00"),  # it was missed already
    ],
)
def test_after_a_pause_as_many_working_days_are_left_as_before(paused, resumed, due):
    decide_by = london("2026-11-24 17:00")
    assert CALENDAR.extend_for_pause(decide_by, london(paused), london(resumed)) == london(due)


def test_a_pause_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="begin before"):
        CALENDAR.extend_for_pause(london("2026-11-24 17:00"), london("2026-11-23 12:00"), london("2026-11-23 11:00"))


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-23 10:00", "1 working day left"),
        ("2026-11-24 08:00", "8 working hours left"),
        ("2026-11-24 14:30", "2 working hours left"),
        ("2026-11-24 15:50", "1 working hour left"),
        ("2026-11-24 16:20", "40 working minutes left"),
        ("2026-11-24 16:59:30", "less than a working minute left"),
        ("2026-11-20 10:00", "2 working days left"),
        ("2026-11-24 17:00", "missed today at 5pm"),
        ("2026-11-25 09:00", "missed yesterday at 5pm"),
        ("2026-11-27 09:00", "missed 3 working days ago"),
    ],
)
def test_time_left_reads_as_a_person_would_say_it(now, words):
    assert CALENDAR.time_left_in_words(london(now), london("2026-11-24 17:00")) == words


@pytest.mark.parametrize(
    ("now", "due", "words"),
    [
        ("2026-11-20 10:00", "2026-11-22 10:00", "2 days left"),  # 48 hours over a weekend
        ("2026-11-20 18:00", "2026-11-22 10:00", "40 hours left"),
        ("2026-11-22 09:30", "2026-11-22 10:00", "30 minutes left"),
        ("2026-11-22 09:59:40", "2026-11-22 10:00", "less than a minute left"),
        ("2026-11-23 08:00", "2026-11-23 09:00", "1 hour left"),  # due at opening
        ("2026-11-22 10:00", "2026-11-20 17:00", "missed on Fri 20 Nov, 5pm"),
    ],
)
def test_time_outside_operational_hours_is_counted_in_real_hours(now, due, words):
    assert CALENDAR.time_left_in_words(london(now), london(due)) == words


@UNHURRIED
@given(start=INSTANTS, later=st.timedeltas(timedelta(), timedelta(days=30)), closures=CLOSURES)
def test_a_later_receipt_or_a_longer_length_is_never_due_earlier(start, later, closures):
    calendar = WorkingCalendar.for_england(closures)
    due = calendar.deadline_after(start, 3)
    assert calendar.deadline_after(start + later, 3) >= due
    assert calendar.deadline_after(start, 4) > due


@UNHURRIED
@given(start=INSTANTS, n=st.integers(1, 30), closures=CLOSURES)
def test_a_deadline_falls_at_close_on_a_working_day_with_n_working_days_after_receipt(start, n, closures):
    calendar = WorkingCalendar.for_england(closures)
    due = calendar.deadline_after(start, n)
    day = due.astimezone(LONDON).date()
    assert calendar.is_working_day(day)
    assert day not in closures
    assert due.astimezone(LONDON).time() == time(17)
    assert calendar.working_days_between(start.astimezone(LONDON).date(), day) == n


@UNHURRIED
@given(end=INSTANTS, hours=st.integers(1, 60), closures=CLOSURES)
def test_hours_taken_away_are_the_working_hours_between(end, hours, closures):
    calendar = WorkingCalendar.for_england(closures)
    start = calendar.subtract_working_hours(end, hours)
    assert calendar.working_seconds_between(start, end) == pytest.approx(hours * 3600, abs=1)
    assert start < end


@UNHURRIED
@given(
    start=INSTANTS,
    until_pause=st.timedeltas(timedelta(), timedelta(days=9)),
    pause=st.timedeltas(timedelta(), timedelta(days=40)),
)
def test_a_pause_never_brings_a_deadline_forward_nor_leaves_it_in_the_past(start, until_pause, pause):
    due = CALENDAR.deadline_after(start, 5)
    paused = start + until_pause
    extended = CALENDAR.extend_for_pause(due, paused, paused + pause)
    assert extended >= due
    assert extended > paused + pause or paused >= due
