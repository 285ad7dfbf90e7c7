"""What can never be done is set aside, shown to whoever can put it right, and stops nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, type_coerce, update

from portal import tables
from portal.access.roles import Role
from portal.notifications import delivery, letters
from portal.notifications.models import MailState
from tests.factories import referrals
from tests.notifications import sink as sinks
from tests.notifications.conftest import Outbox

URGENT = 5


@pytest.fixture
def outbox(database, moment):
    return Outbox(database, moment)


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
    assert "1 email failed" in page


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
