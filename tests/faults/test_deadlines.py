"""Every deadline fires once: whoever is killed wherever, and however long nobody ran."""

import random
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from portal.audit import verify
from portal.faultpoints import Point
from portal.timescales import jobs
from tests.faults.fleet import Fleet
from tests.faults.owed import Owed

SCHEDULERS = 4
LATER = timedelta(minutes=1)
# The points of a rung, any of a batch's, and those of a batch: which of how many times one is reached.
WHERE = (
    ((Point.BEFORE_EFFECT, Point.AFTER_EFFECT), jobs.BATCH),
    ((Point.BEFORE_CLAIM, Point.AFTER_CLAIM, Point.BEFORE_COMMIT, Point.AFTER_COMMIT), 2),
)
AT_RANDOM = 0.1  # of the looks at the processes, one is killed besides
OUTAGE = timedelta(hours=72)
# Seconds that one pass may take on a machine with other work: many times what it takes on an idle one.
PATIENCE, PATIENCE_EACH = 100, 0.3


@pytest.fixture
def due(database, moment, size) -> Owed:
    return Owed(database, size.deadlines)


def test_every_deadline_fires_once_however_often_schedulers_are_killed(due, fleet, size):
    chance = random.Random(20261128)  # noqa: S311 - the same points in every run
    kill_at = _points(chance, fleet, size.kills)

    def another() -> None:
        clock = (due.due_at + LATER).isoformat()
        fleet.start("scheduler", "--interval", "0.5", kill_at=next(kill_at, ""), PORTAL_CLOCK=clock)

    for _ in range(SCHEDULERS):
        another()
    while due.waiting():
        for _ in fleet.bury(0.3):
            another()
        if chance.random() < AT_RANDOM:
            fleet.kill(chance.choice(fleet.living))
            another()
    fleet.stop()
    lost, twice = due.lost_and_twice()
    kills = f"{fleet.killed} SIGKILLs at named points, {fleet.killed_at_random} at random"
    print(f"{due.number} deadlines, {SCHEDULERS} schedulers, {kills}: {twice} twice, {lost} lost")
    assert (lost, twice) == (0, 0)
    assert fleet.killed >= size.kills, "too little work for so many kills"
    with due.database.system_transaction(write=False):
        assert verify.first_break() is None


def test_the_first_pass_after_an_outage_fires_everything_and_keeps_its_due_times(due, fleet):
    due.spread(OUTAGE)
    before = due.due_times()
    began, patience = time.monotonic(), PATIENCE + PATIENCE_EACH * due.number
    fleet.finish("tick", patience=patience, PORTAL_CLOCK=(due.due_at + LATER).isoformat())
    spent = time.monotonic() - began
    lost, twice = due.lost_and_twice()
    moved = len(before.items() ^ due.due_times().items())
    one_pass = f"{due.number} deadlines of {OUTAGE.days} days, one pass of {spent:.0f} s"
    print(f"{one_pass}: {twice} twice, {lost} lost, {moved} due times moved")
    assert (lost, twice, moved) == (0, 0, 0)
    assert due.prompted_for() == set(before.values())


def _points(chance: random.Random, fleet: Fleet, kills: int) -> Iterator[str]:
    """Give points until so many have been died at, then none."""
    while fleet.killed < kills:
        points, times = chance.choice(WHERE)
        yield f"{chance.choice(points)}:{chance.randint(1, times)}"
