"""Dates and times as people read them."""

from datetime import UTC, date, datetime

import pytest

from portal.web import dates


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2026-11-24 17:00", "Tuesday 24 November 2026 at 5pm"),
        ("2026-11-24 17:30", "Tuesday 24 November 2026 at 5:30pm"),
        ("2026-11-24 09:05", "Tuesday 24 November 2026 at 9:05am"),
        ("2026-11-24 12:00", "Tuesday 24 November 2026 at midday"),
        ("2026-11-24 12:30", "Tuesday 24 November 2026 at 12:30pm"),
        ("2026-11-24 00:00", "Tuesday 24 November 2026 at midnight"),
        ("2026-11-24 00:15", "Tuesday 24 November 2026 at 12:15am"),
        ("2026-06-30 23:30", "Wednesday 1 July 2026 at 12:30am"),  # summer time, the next day
    ],
)
def test_a_long_datetime_is_london_time_with_minutes_only_when_they_matter(instant, words):
    assert dates.long_datetime(utc(instant)) == words


def test_short_and_date_only_forms():
    assert dates.short_datetime(utc("2026-11-24 17:00")) == "Tue 24 Nov, 5pm"
    assert dates.date_only(date(2015, 3, 4)) == "4 March 2015"
    assert dates.date_only(utc("2026-06-30 23:30")) == "1 July 2026"
    assert dates.long_date(date(2026, 11, 24)) == "Tuesday 24 November 2026"


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-11-24 15:00:30", "just now"),
        ("2026-11-24 15:02", "just now"),  # another machine's clock is a little ahead
        ("2026-11-24 15:00", "1 minute ago"),
        ("2026-11-24 14:51", "10 minutes ago"),
        ("2026-11-24 11:20", "today at 11:20am"),
        ("2026-11-23 17:00", "yesterday at 5pm"),
        ("2026-11-19 17:00", "Thu 19 Nov, 5pm"),
        ("2025-11-24 17:00", "24 November 2025"),
    ],
)
def test_when_something_happened(then, words):
    assert dates.ago(utc("2026-11-24 15:01"), utc(then)) == words


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-11-24 15:00:40", "less than a minute"),
        ("2026-11-24 14:21", "40 minutes"),
        ("2026-11-24 13:30", "1 hour"),
        ("2026-11-22 14:00", "2 days"),
    ],
)
def test_how_old_something_is(then, words):
    assert dates.age_in_words(utc("2026-11-24 15:01"), utc(then)) == words


def test_an_age_across_a_clock_change_counts_real_hours():
    before = utc("2026-03-28 23:30").astimezone(dates.LONDON)
    after = utc("2026-03-29 02:30").astimezone(dates.LONDON)
    assert dates.age_in_words(after, before) == "3 hours"


def test_a_time_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        dates.long_datetime(datetime.fromisoformat("2026-11-24 17:00"))
