"""What can never be done is set aside, shown to whoever can put it right, and stops nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, type_coerce, update
from sqlalchemy.exc import OperationalError

from portal import tables
from portal.access.roles import Role
from portal.notifications import delivery, letters
from portal.notifications.models import MailState
from portal.timescales import aside, prompts
from portal.timescales.models import Deadline, DeadlineRung, DeadlineState
from tests.conftest import MONDAY
from tests.factories import referrals
from tests.notifications import sink as sinks
from tests.notifications.conftest import Outbox
from tests.timescales.test_jobs import House

URGENT = 5


@pytest.fixture
def outbox(database, moment):
    return Outbox(database, moment)


@pytest.fixture
def house(database, moment):
    return House(database, moment)


@pytest.fixture
def sink():
    with sinks.running() as made:
        yield made


def damage(database, mail_id: int) -> None:
    """Let no key open this mail, as after a key was taken out of the settings too early."""
    mails = tables.metadata.tables["outbox_mail"]
    unreadable = type_coerce(b"not ours", LargeBinary)
    with database.system_transaction() as session:
        session.connection().execute(update(mails).where(mails.c.id == mail_id).values(context=unreadable))


def try_for_a_day(outbox, sink) -> None:
    """Pass whenever the first mail is due, until it is done with."""
    while outbox.head().state in {MailState.QUEUED, MailState.RETRY}:
        outbox.deliver(sink.url)
        outbox.moment.set(max(outbox.moment.now, outbox.head().next_attempt_at))


def test_a_mail_that_nothing_opens_lets_those_behind_it_leave_and_is_shown_at_the_end(
    outbox, sink, database, client_of
):
    with database.transaction():
        administrator = referrals.staff(Role.ADMINISTRATOR)
    outbox.queue("locked@school.example")
    for number in range(URGENT):
        outbox.queue(f"urgent{number}@school.example")
    damage(database, outbox.head().id)
    assert outbox.deliver(sink.url) == {"mail_sent": URGENT, "mail_retry": 1, "mail_failed": 0}
    try_for_a_day(outbox, sink)
    locked = outbox.head()
    print(f"{URGENT} mails behind one that nothing opens left at once; it was tried {locked.attempts} times")
    assert (locked.state, locked.attempts) == (MailState.FAILED, delivery.TRIES)
    assert [mail.id for mail in outbox.failed] == [locked.id]
    page = client_of(administrator).get("/").text
    assert "locked@school.example" in page
    assert "1 email and 0 reminders failed" in page


def test_a_key_that_comes_back_lets_the_mail_leave(outbox, sink, monkeypatch):
    outbox.queue("locked@school.example")
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "opened", lambda *_: (_ for _ in ()).throw(ValueError("no key")))
        assert outbox.deliver(sink.url)["mail_retry"] == 1
    outbox.moment.advance(minutes=1)
    assert outbox.deliver(sink.url)["mail_sent"] == 1


def test_a_mail_whose_failure_nobody_can_be_told_of_fails_after_the_last_try(outbox, sink, monkeypatch):
    outbox.queue()
    outbox.failed = type("Broken", (), {"append": staticmethod(lambda _mail: 1 / 0)})()
    monkeypatch.setattr(letters, "write", lambda *_: (_ for _ in ()).throw(ValueError("no")))
    try_for_a_day(outbox, sink)
    assert outbox.head().state is MailState.FAILED


def test_a_mail_at_which_the_process_always_dies_is_tried_no_oftener_than_the_others(outbox, sink):
    outbox.queue("fatal@school.example")
    for _ in range(delivery.TRIES):
        assert delivery.take_next(outbox.database, outbox.moment.now)
        outbox.moment.advance(minutes=delivery.LEASE / timedelta(minutes=1))
    outbox.queue("dsl@school.example")
    assert outbox.deliver(sink.url) == {"mail_sent": 1, "mail_retry": 0, "mail_failed": 1}
    assert sink.offered == [outbox.rows()[1].message_id]


FAILING, OTHERS = 1, 25
TUESDAY_5PM = MONDAY.replace(day=24, hour=17)


@pytest.fixture
def broken(monkeypatch):
    """Let raising the prompts of the first deadline fail, until it is mended."""
    raise_for = prompts.raise_for

    def breaking(rung, deadline, directory, now):
        if deadline.subject_id == FAILING:
            raise RuntimeError("no")
        return raise_for(rung, deadline, directory, now)

    with monkeypatch.context() as patch:
        patch.setattr(prompts, "raise_for", breaking)
        yield patch


def test_a_rung_that_always_fails_is_shown_keeps_nobody_waiting_and_fires_once_it_is_mended(
    house, broken, database, client_of
):
    with database.transaction():
        administrator = referrals.staff(Role.ADMINISTRATOR)
    for subject in range(FAILING, FAILING + 1 + OTHERS):
        house.begin(subject=subject)
    first = house.tick(TUESDAY_5PM)
    assert (first["fired"], first["set_aside"]) == (2 * OTHERS, 1)
    assert "0 emails and 0 reminders failed" in client_of(administrator).get("/").text  # once may be chance
    for _ in range(2 * aside.TRIES):
        house.tick()
    page = client_of(administrator).get("/").text
    assert "0 emails and 1 reminder failed" in page
    assert "Acknowledge the referral: KSAF-7F3K-9QRT" in page
    assert "Due Tuesday 24 November 2026 at 5pm" in page
    failing = next(row for row in house.all(Deadline) if row.subject_id == FAILING)
    print(f"{OTHERS} deadlines beside one that always fails: all fired; it is set aside after {aside.TRIES} tries")
    assert failing.state is DeadlineState.MISSED  # although nobody could be told so
    broken.undo()
    house.tick(TUESDAY_5PM + aside.AGAIN)
    assert ("Ruth Bell", "acknowledge:missed") in house.told()
    assert "0 emails and 0 reminders failed" in client_of(administrator).get("/").text


def test_a_rung_above_one_that_is_set_aside_fires(house, broken):
    house.begin(subject=FAILING)
    for _ in range(2 * aside.TRIES):
        house.tick(TUESDAY_5PM)
    broken.undo()
    assert house.tick(TUESDAY_5PM + timedelta(days=1))["fired"] >= 1
    assert ("Ade Cole", "acknowledge:still_missed") in house.told()


def test_a_busy_database_sets_nothing_aside(house, monkeypatch):
    house.begin(subject=FAILING)

    def busy(*_):
        raise OperationalError("SELECT", {}, Exception("lock timeout"))

    with monkeypatch.context() as patch:
        patch.setattr(prompts, "raise_for", busy)
        for _ in range(2 * aside.TRIES):
            house.tick(TUESDAY_5PM)
    assert {row.tries for row in house.all(DeadlineRung)} == {0}
    assert house.tick()["fired"] == 2
