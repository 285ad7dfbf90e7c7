"""What was acknowledged is kept, once, whoever is killed: two web servers and three schedulers on one database."""

import http.client
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from portal.audit import verify
from portal.faultpoints import Point
from portal.referrals.models import TimelineEntry
from tests.factories import people, referrals
from tests.faults import visitor
from tests.faults.fleet import until
from tests.faults.owed import Owed

WRITERS, SCHEDULERS = 4, 3
BOTH_AWAY = 300  # seconds that somebody goes on sending: a busy machine needs many to start two servers again
WEB_POINTS = (Point.WEB_BEFORE_COMMIT, Point.WEB_AFTER_COMMIT)


class Town:
    """Two web servers and three schedulers, of which one dies every now and then and is replaced."""

    def __init__(self, fleet, at: str) -> None:
        self.fleet, self.at, self.chance = fleet, at, random.Random(20261128)  # noqa: S311 - the same kills each run
        self.ports = [visitor.free_port(), visitor.free_port()]
        self.serving = {port: self._serve(port) for port in self.ports}
        self.ticking = [self._tick() for _ in range(SCHEDULERS)]
        visitor.until_ready(*self.ports)

    def kill_one(self) -> None:
        """Kill a web server with its workers, or a scheduler, and start another in its place.

        One that is starting is left alone: on a busy machine nobody would serve, and nothing could be lost.
        """
        if self.chance.random() < 0.5:
            port = self.chance.choice(self.ports)
            if not visitor.is_ready(port):
                return
            self.fleet.kill(self.serving[port])
            self.serving[port] = self._serve(port)
        else:
            place = self.chance.randrange(SCHEDULERS)
            self.fleet.kill(self.ticking[place])
            self.ticking[place] = self._tick()

    def worker_deaths(self) -> int:
        """Return how many web workers died at a named point, by the web servers' own log."""
        return (self.fleet.folder / "serve.log").read_text().count("was sent %s")

    def _serve(self, port: int):
        point = f"{self.chance.choice(WEB_POINTS)}:{self.chance.randint(1, 6)}"
        return visitor.serve(self.fleet, port, self.at, kill_at=point)

    def _tick(self):
        return self.fleet.start("scheduler", "--interval", "1", PORTAL_CLOCK=self.at)


class Writing:
    """Messages on one referral: each sent until it is acknowledged, with the same one-time key."""

    def __init__(self, who: visitor.Visitor, reference: str, ports: list[int]) -> None:
        self.who, self.path, self.ports = who, f"/referrals/{reference}/messages", ports
        self.unanswered = 0
        self.sent: set[str] = set()

    def write(self, number: int) -> None:
        text = f"Message {number}: she was in on Tuesday and asked after her sister."
        give_up, attempt = time.monotonic() + BOTH_AWAY, 0
        while time.monotonic() < give_up:
            attempt += 1
            try:
                port = self.ports[(number + attempt) % len(self.ports)]
                answer = self.who.post(port, self.path, text=text, request_key=f"a-key-of-its-own-{number}")
            except (OSError, http.client.HTTPException):
                self.unanswered += 1
                threading.Event().wait(0.05)
                continue
            assert answer.status in {303, 503}, f"{answer.status}: {answer.page}"
            if answer.status == 303:
                self.sent.add(text)
                return
        raise AssertionError(f"message {number} was never taken")


@pytest.fixture
def due(database, moment, size) -> Owed:
    return Owed(database, size.writes)


def test_nothing_acknowledged_is_lost_or_done_twice_whoever_is_killed(due, database, moment, fleet, app, size):
    with database.transaction():
        person = people.add_person(people.add_organisation())
        referral = referrals.sent(person)
    town = Town(fleet, (due.due_at + timedelta(minutes=1)).isoformat())
    moment.set(due.due_at)
    writing = Writing(visitor.Visitor(app, database, person), referral.reference, town.ports)
    with ThreadPoolExecutor(WRITERS) as writers:
        pending = [writers.submit(writing.write, number) for number in range(size.writes)]
        while not all(each.done() for each in pending):
            threading.Event().wait(town.chance.uniform(0.5, 2.5))
            town.kill_one()
        [each.result() for each in pending]
    until(lambda: due.waiting() == 0, visitor.PATIENCE)
    deaths = town.worker_deaths()
    fleet.stop()
    kept = _kept(database, referral.id)
    lost, twice = len(writing.sent - set(kept)), len(kept) - len(set(kept))
    silence = f"{fleet.killed_at_random} processes and {deaths} workers killed, {writing.unanswered} answers never came"
    print(f"{size.writes} writes, {silence}: {lost} acknowledged lost, {twice} twice")
    not_fired, fired_twice = due.lost_and_twice()
    print(f"{due.number} deadlines, {SCHEDULERS} schedulers meanwhile: {fired_twice} twice, {not_fired} lost")
    assert (len(writing.sent), lost, twice) == (size.writes, 0, 0)
    assert (not_fired, fired_twice) == (0, 0)
    assert fleet.killed_at_random
    assert deaths
    _is_whole(database)


def _kept(database, referral_id: int) -> list[str]:
    with database.system_transaction(write=False) as session:
        rows = session.scalars(select(TimelineEntry).where(TimelineEntry.referral_id == referral_id)).all()
        return [row.body for row in rows if row.body and row.body.startswith("Message ")]


def _is_whole(database) -> None:
    with database.system_transaction(write=False) as session:
        if database.engine.dialect.name == "sqlite":
            assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert session.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert verify.first_break() is None
