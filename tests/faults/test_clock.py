"""A machine whose clock is wrong fires nothing, and says so."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from portal.health.models import SchedulerHeartbeat
from tests.faults.fleet import until
from tests.faults.owed import Owed

PATIENCE = 60


@pytest.mark.parametrize("engine_name", ["postgresql"])  # SQLite has no clock but the machine's own
@pytest.mark.parametrize("days", [30, -30])
def test_a_scheduler_whose_clock_is_wrong_holds_until_it_is_right(database, moment, fleet, days):
    moment.set(datetime.now(UTC))  # the processes' clock is the real one here, but for what it is off
    due = Owed(database, 20)
    wrong = fleet.start("scheduler", "--interval", "0.5", **fleet.clock_off(days=days))
    until(lambda: "the clock is wrong" in fleet.log_tail(), PATIENCE)
    print(f"a clock {days} days off: {due.number - due.waiting()} of {due.number} fired, {_beats(database)} heartbeats")
    assert (due.waiting(), _beats(database)) == (due.number, 0)
    fleet.kill(wrong)
    fleet.start("scheduler", "--interval", "0.5")
    until(lambda: _beats(database) == 1, PATIENCE)
    assert due.waiting() == due.number  # none is due yet


def _beats(database) -> int:
    with database.system_transaction(write=False) as session:
        return len(session.scalars(select(SchedulerHeartbeat)).all())
