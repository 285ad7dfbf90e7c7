"""A clock that is set ahead while a scheduler runs holds everything for a while, where the database has none."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from portal import clock, config, scheduler
from portal.health.models import SchedulerHeartbeat
from portal.health.steady import HOLD, Steady
from tests.conftest import KEYS

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def looks(*readings: tuple[timedelta, int]) -> list[bool]:
    """Whether each look holds: at how far from the start the machine's clock is, and the minutes that have passed."""
    steady = Steady()
    return [steady.is_held(START + machine, 60 * minutes) for machine, minutes in readings]


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def test_a_clock_that_goes_on_with_time_holds_nothing():
    assert looks((minutes(0), 0), (minutes(1), 1), (DAY, 24 * 60), (DAY + minutes(4), 24 * 60)) == [False] * 4


def test_a_clock_that_jumps_ahead_is_believed_after_a_while():
    seen = ((minutes(0), 0), (DAY, 1), (DAY + minutes(13), 14), (DAY + minutes(15), 16), (DAY + minutes(16), 17))
    assert looks(*seen) == [False, True, True, False, False]
    assert minutes(15) == HOLD


def test_one_that_is_put_right_holds_no_longer():
    assert looks((minutes(0), 0), (DAY, 1), (minutes(2), 2), (minutes(3), 3)) == [False, True, False, False]


def test_one_that_goes_back_is_for_the_passes_to_tell():
    assert looks((DAY, 0), (minutes(0), 1), (minutes(1), 2)) == [False, False, False]


def test_a_scheduler_passes_by_no_clock_that_jumped(database, moment, monkeypatch, tmp_path, caplog):
    settings = config.from_environment(
        {"PORTAL_ENV": "test", "PORTAL_SECRET_KEYS": KEYS[0], "PORTAL_DATA_DIR": str(tmp_path)}
    )
    steady, machine = Steady(), datetime.now(UTC)
    steady.is_held(machine - DAY, scheduler.seconds())
    monkeypatch.setattr(clock, "machine", lambda: machine)
    scheduler.one_pass(database, settings, "one", steady)
    with database.transaction(write=False) as session:
        beats = session.scalars(select(SchedulerHeartbeat.scheduler)).all()
    # PostgreSQL's own clock has said that this one is right.
    assert beats == ([] if database.engine.dialect.name == "sqlite" else ["one"])
    assert ("it has jumped ahead" in caplog.text) is (beats == [])


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_scheduler_that_has_just_started_passes(database, moment, tmp_path):
    settings = config.from_environment(
        {"PORTAL_ENV": "test", "PORTAL_SECRET_KEYS": KEYS[0], "PORTAL_DATA_DIR": str(tmp_path)}
    )
    for _ in range(2):
        scheduler.one_pass(database, settings, "one", Steady())
    with database.transaction(write=False) as session:
        assert session.scalars(select(SchedulerHeartbeat.scheduler)).all() == ["one"]
