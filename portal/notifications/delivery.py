"""The way of one mail: queued, sending under a lease, then sent, to be tried again, or failed.

The lease and the result are two short transactions; the sending between them is in none. A process that dies while
sending leaves its lease to run out, and the mail is sent again with the same Message-ID. What a mail says is read apart
from its lease, so that one which cannot be opened is put off like any other that fails.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from sqlmodel import and_, col, or_, select

from portal.db import Database
from portal.faultpoints import Point, reach
from portal.notifications.models import MailState, OutboxMail, sealed

# Longer than a server that answers at all can take over one mail (smtp.ANSWER_SECONDS for each of its answers).
LEASE = timedelta(minutes=20)
# How long each refusal waits before the next try; after the last, about a day on, the mail has failed. Ours.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480, 520))
# The tries that leaves. A mail at which the process dies each time would otherwise be tried for ever.
TRIES = len(WAITS) + 1

WhenFailed = Callable[[OutboxMail], None]

_log = logging.getLogger(__name__)


def _nothing(_mail: OutboxMail) -> None:
    pass


def take_next(database: Database, now: datetime) -> OutboxMail | None:
    """Lease the mail that has been due longest at `now` to this process, and return it; None when nothing is due.

    It comes unopened: `opened` says what is in it.
    """
    waiting = and_(
        col(OutboxMail.state).in_([MailState.QUEUED, MailState.RETRY]), col(OutboxMail.next_attempt_at) <= now
    )
    abandoned = and_(col(OutboxMail.state) == MailState.SENDING, col(OutboxMail.lease_until) <= now)
    with database.system_transaction() as session:
        mail = session.scalars(
            select(OutboxMail)
            .where(or_(waiting, abandoned))
            .options(*sealed())
            .order_by(col(OutboxMail.next_attempt_at), col(OutboxMail.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if mail:
            mail.state, mail.attempts, mail.lease_until = MailState.SENDING, mail.attempts + 1, now + LEASE
            session.flush()
            reach(Point.MAIL_BEFORE_LEASE)
    if mail:
        reach(Point.MAIL_LEASED)
    return mail


def opened(database: Database, mail: OutboxMail) -> OutboxMail:
    """Return `mail` with what it says. Raises cryptography's InvalidToken when no key opens it."""
    with database.system_transaction(write=False) as session:
        return session.scalars(select(OutboxMail).where(col(OutboxMail.id) == mail.id)).one()


def note_sent(database: Database, mail: OutboxMail, now: datetime) -> MailState:
    """Note that the server accepted `mail`."""
    return _settle(database, mail, MailState.SENT, sent_at=now, last_error=None)


def note_refused(
    database: Database, mail: OutboxMail, now: datetime, why: str, *, for_good: bool, when_failed: WhenFailed = _nothing
) -> MailState:
    """Note that `mail` was not taken, and return what becomes of it: tried again later, or failed.

    `when_failed` is called with a mail that failed, in the transaction that says so.
    """
    if for_good or mail.attempts >= TRIES:
        return _settle(database, mail, MailState.FAILED, when_failed, last_error=why)
    return _settle(database, mail, MailState.RETRY, last_error=why, next_attempt_at=now + WAITS[mail.attempts - 1])


def _settle(
    database: Database, mail: OutboxMail, state: MailState, then: WhenFailed = _nothing, **facts: datetime | str | None
) -> MailState:
    """Write the outcome and do `then`, unless the lease ran out meanwhile and somebody else now has the mail."""
    with database.system_transaction() as session:
        still_ours = (
            select(OutboxMail)
            .where(
                col(OutboxMail.id) == mail.id,
                col(OutboxMail.state) == MailState.SENDING,
                col(OutboxMail.attempts) == mail.attempts,
            )
            .options(*sealed())
            .with_for_update()
        )
        row = session.scalars(still_ours).first()
        if row:
            row.state, row.lease_until = state, None
            for name, value in facts.items():
                setattr(row, name, value)
            session.flush()
            _do(session, then, row)
            reach(Point.MAIL_BEFORE_NOTED)
    reach(Point.MAIL_NOTED)
    return state


def _do(session: Session, then: WhenFailed, row: OutboxMail) -> None:
    """Do `then`, or nothing at all is noted and the mail comes back when its lease has run out.

    After the last try the outcome stands although nobody could be told: administrators see it on their first page.
    """
    try:
        with session.begin_nested():
            then(row)
    except Exception:
        if row.attempts < TRIES:
            raise
        _log.exception("nobody could be told of a mail that failed", extra={"facts": {"mail": row.id}})
