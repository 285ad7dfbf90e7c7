"""Mail is never lost: whoever dies while sending it, and whatever the server does."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from portal.faultpoints import Point
from portal.notifications import delivery, service
from portal.notifications.models import MailState, OutboxMail
from tests.notifications import sink as sinks

CRASHES = tuple(point for point in Point if point.startswith("mail-"))
AFTERWARDS = delivery.LEASE + timedelta(minutes=1)
REFUSALS = ("421 Closing", "450 Busy", "451 Local error", "452 Full", "drop")


class Leaving:
    """Mails in the outbox, and the server and processes that they leave by."""

    def __init__(self, database, moment, fleet, sink) -> None:
        self.database, self.moment, self.fleet, self.sink = database, moment, fleet, sink

    def queue(self, number: int) -> None:
        with self.database.system_transaction():
            for each in range(number):
                address = f"person{each}@school.example"
                service.queue("triage/acknowledged", address, organisation_id=None, reference="KSAF-7F3K-9QRT")

    def crash(self, point: str) -> None:
        self.fleet.start("tick", kill_at=point, **self._now())
        assert self.fleet.bury(60), f"{point} was not reached"

    def tick(self) -> None:
        self.fleet.finish("tick", **self._now())

    def rows(self) -> list[OutboxMail]:
        with self.database.system_transaction(write=False) as session:
            return list(session.scalars(select(OutboxMail)))

    def arrived(self) -> Counter[str]:
        """How often each mail reached somebody, by its Message-ID."""
        return Counter(message["Message-ID"] for _, message in self.sink.accepted)

    def lost(self) -> int:
        return len({row.message_id for row in self.rows()} - self.arrived().keys())

    def repeats(self) -> int:
        return sum(times - 1 for times in self.arrived().values())

    def _now(self) -> dict[str, str]:
        return {"PORTAL_CLOCK": self.moment.now.isoformat(), "PORTAL_SMTP_URL": self.sink.url}


@pytest.fixture
def leaving(database, moment, fleet):
    with sinks.running() as sink:
        yield Leaving(database, moment, fleet, sink)


def test_a_crash_at_any_point_loses_no_mail_and_repeats_one_at_most(leaving):
    for point in CRASHES:
        leaving.queue(3)
        leaving.crash(f"{point}:2")
        leaving.moment.now += AFTERWARDS
        leaving.tick()
        assert leaving.lost() == 0, point
    rows = leaving.rows()
    print(f"{len(rows)} mails, {len(CRASHES)} crashes: {leaving.lost()} lost, {leaving.repeats()} repeated")
    assert {row.state for row in rows} == {MailState.SENT}
    assert leaving.arrived().keys() == {row.message_id for row in rows}
    assert leaving.repeats() <= len(CRASHES)
    assert max(leaving.arrived().values()) <= 2


def test_whatever_the_server_refuses_for_now_arrives_once(leaving):
    leaving.queue(len(REFUSALS) + 1)
    leaving.sink.answers = list(REFUSALS)
    url, leaving.sink.url = leaving.sink.url, f"smtp://127.0.0.1:{sinks.free_port()}"
    leaving.tick()  # nobody listens
    assert {row.state for row in leaving.rows()} == {MailState.RETRY}
    leaving.sink.url = url
    for _ in range(3):
        leaving.moment.now += timedelta(minutes=6)
        leaving.tick()
    print(f"a server that was down, then {len(REFUSALS)} refusals: {leaving.lost()} lost, {leaving.repeats()} repeated")
    assert {row.state for row in leaving.rows()} == {MailState.SENT}
    assert (leaving.lost(), leaving.repeats()) == (0, 0)


def test_a_server_that_drops_after_it_has_taken_a_mail_gets_it_again_under_the_same_id(leaving):
    leaving.queue(2)
    leaving.sink.answers = ["keep and drop"]
    leaving.tick()
    leaving.moment.now += timedelta(minutes=2)  # the processes' clock ran on: a minute is not over yet
    leaving.tick()
    print(f"a server that dropped once after DATA: {leaving.lost()} lost, {leaving.repeats()} repeated")
    assert {row.state for row in leaving.rows()} == {MailState.SENT}
    assert (leaving.lost(), leaving.repeats()) == (0, 1)
