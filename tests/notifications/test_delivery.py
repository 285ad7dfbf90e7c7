"""The outbox against a real SMTP server that accepts, refuses, drops and is not there."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from portal.notifications import delivery, smtp
from portal.notifications.models import MailState
from tests.notifications import sink as sinks


def states(outbox):
    return [mail.state for mail in outbox.rows()]


def test_an_accepted_mail_is_sent_to_its_address_alone_and_once(outbox, sink):
    outbox.queue("dsl@school.example")
    assert outbox.deliver(sink.url) == {"mail_sent": 1, "mail_retry": 0, "mail_failed": 0}
    assert outbox.deliver(sink.url)["mail_sent"] == 0
    [(recipients, message)] = sink.accepted
    [row] = outbox.rows()
    assert recipients == ["dsl@school.example"]
    assert message["To"] == "dsl@school.example"
    assert message["From"] == "KSAF Partner Portal <info@ksaf.uk>"
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert (row.state, row.attempts, row.sent_at) == (MailState.SENT, 1, outbox.moment.now)


def test_a_refusal_for_now_is_tried_again_with_the_same_message_id_and_date(outbox, sink):
    sink.answers = ["451 Try again later"]
    outbox.queue()
    assert outbox.deliver(sink.url)["mail_retry"] == 1
    [row] = outbox.rows()
    assert (row.state, row.next_attempt_at) == (MailState.RETRY, outbox.moment.now + timedelta(minutes=1))
    assert row.last_error == "The mail server refused it (code 451)."
    assert outbox.deliver(sink.url)["mail_sent"] == 0  # not before its time
    outbox.moment.advance(minutes=1)
    assert outbox.deliver(sink.url)["mail_sent"] == 1
    [(_, message)] = sink.accepted
    assert sink.offered == [row.message_id, row.message_id]
    assert message["Date"].datetime == row.created_at
    assert outbox.rows()[0].last_error is None


def test_a_refusal_for_good_fails_at_once(outbox, sink):
    sink.answers = ["550 No such person dsl@school.example"]
    outbox.queue()
    assert outbox.deliver(sink.url)["mail_failed"] == 1
    [row] = outbox.rows()
    assert (row.state, row.last_error) == (MailState.FAILED, "The mail server refused it (code 550).")


@pytest.mark.parametrize("verb", ["handle_RCPT", "handle_MAIL"])
@pytest.mark.parametrize(("answer", "state"), [("450 Busy", MailState.RETRY), ("550 Unknown", MailState.FAILED)])
def test_a_refused_address_counts_as_a_refused_mail(outbox, verb, answer, state):
    class Refusing(sinks.Sink):
        pass

    async def refuse(*_arguments):
        return answer

    setattr(Refusing, verb, refuse)
    outbox.queue()
    with sinks.running(Refusing()) as sink:
        outbox.deliver(sink.url)
    assert states(outbox) == [state]


def test_a_dropped_connection_is_tried_again_and_the_next_mail_gets_a_new_one(outbox, sink):
    sink.answers = ["drop"]
    outbox.queue("one@school.example")
    outbox.queue("two@school.example")
    assert outbox.deliver(sink.url) == {"mail_sent": 1, "mail_retry": 1, "mail_failed": 0}
    assert states(outbox) == [MailState.RETRY, MailState.SENT]
    outbox.moment.advance(minutes=1)
    outbox.deliver(sink.url)
    assert states(outbox) == [MailState.SENT, MailState.SENT]


def test_no_server_at_all_loses_nothing(outbox, sink):
    outbox.queue()
    assert outbox.deliver(f"smtp://127.0.0.1:{sinks.free_port()}")["mail_retry"] == 1
    assert outbox.rows()[0].last_error == "The mail server could not be reached."
    outbox.moment.advance(minutes=1)
    assert outbox.deliver(sink.url)["mail_sent"] == 1


def test_delays_grow_for_about_a_day_and_then_the_mail_has_failed(outbox):
    outbox.queue()
    began, nowhere = outbox.moment.now, f"smtp://127.0.0.1:{sinks.free_port()}"
    waits = []
    while outbox.deliver(nowhere)["mail_retry"]:
        waits.append(outbox.rows()[0].next_attempt_at - outbox.moment.now)
        outbox.moment.set(outbox.rows()[0].next_attempt_at)
    assert tuple(waits) == delivery.WAITS
    assert waits == sorted(waits)
    assert timedelta(hours=23) < outbox.moment.now - began < timedelta(hours=26)
    assert states(outbox) == [MailState.FAILED]


def test_a_silent_server_times_out_and_ends_the_pass(outbox, sink, monkeypatch):
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr("portal.notifications.jobs.SLOW_SECONDS", 0.2)
    sink.delay = 1
    outbox.queue("one@school.example")
    outbox.queue("two@school.example")
    assert outbox.deliver(sink.url) == {"mail_sent": 0, "mail_retry": 1, "mail_failed": 0}
    assert states(outbox) == [MailState.RETRY, MailState.QUEUED]


def test_a_process_that_died_while_sending_leaves_a_lease_that_runs_out(outbox, sink):
    outbox.queue()
    taken = delivery.take_next(outbox.database, outbox.moment.now)
    assert taken is not None
    assert outbox.deliver(sink.url)["mail_sent"] == 0  # somebody may still be sending it
    outbox.moment.advance(minutes=20)
    assert outbox.deliver(sink.url)["mail_sent"] == 1
    assert outbox.deliver(sink.url)["mail_sent"] == 0
    assert sink.offered == [taken.message_id]


def test_whoever_outlived_their_lease_does_not_overwrite_the_outcome(outbox, sink):
    outbox.queue()
    slow = delivery.take_next(outbox.database, outbox.moment.now)
    outbox.moment.advance(minutes=20)
    outbox.deliver(sink.url)
    delivery.note_refused(outbox.database, slow, outbox.moment.now, "too late", for_good=True)
    assert states(outbox) == [MailState.SENT]


def test_four_at_once_send_each_mail_once(outbox, sink):
    for number in range(20):
        outbox.queue(f"person{number}@school.example")
    together = threading.Barrier(4)

    def deliver(_number):
        together.wait()
        return outbox.deliver(sink.url)["mail_sent"]

    with ThreadPoolExecutor(4) as four:
        sent = list(four.map(deliver, range(4)))
    assert sum(sent) == 20
    assert sorted(sink.offered) == sorted({mail.message_id for mail in outbox.rows()})
    assert len(sink.offered) == 20


def test_a_mail_that_cannot_be_written_fails_and_holds_nobody_up(outbox, sink):
    outbox.queue(template="triage/nonesuch")
    outbox.queue("dsl@school.example\r\nBcc: everyone@elsewhere.example")
    outbox.queue("one@school.example, two@school.example")
    outbox.queue("dsl@school.example")
    assert outbox.deliver(sink.url) == {"mail_sent": 1, "mail_retry": 0, "mail_failed": 3}
    assert [recipients for recipients, _ in sink.accepted] == [["dsl@school.example"]]


def test_without_a_server_mail_is_kept_in_the_mailbox(outbox):
    outbox.queue()
    assert outbox.deliver(None)["mail_sent"] == 1
    assert states(outbox) == [MailState.SENT]
