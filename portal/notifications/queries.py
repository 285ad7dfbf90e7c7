"""Reading the outbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.notifications.models import MailState, OutboxMail, sealed
from portal.tenancy import as_system

PAGE = 50


@dataclass(frozen=True)
class FailedMail:
    """A mail that will not be tried again: to whom, written when, and in our words why it failed."""

    to_address: str
    written_at: datetime
    why: str


def failed_mail_for(actor: Actor, reference: str) -> list[FailedMail]:
    """Return the mail about `reference` that could not be delivered, newest first.

    KSAF is told of all of it, so that somebody can be phoned; a partner of the mail to its own people. Load the
    referral first: this does not ask whether the actor may see it.
    """
    session = db.session()
    failed = (
        select(OutboxMail)
        .where(col(OutboxMail.reference) == reference, col(OutboxMail.state) == MailState.FAILED)
        .options(*sealed())
        .order_by(col(OutboxMail.id).desc())
    )
    if actor.is_operator:
        with as_system(session):
            found = session.scalars(failed).all()
    else:
        found = session.scalars(failed).all()
    return [FailedMail(mail.to_address, mail.created_at, mail.last_error or "") for mail in found]


def system_mailbox(before: OutboxMail | None) -> list[OutboxMail]:
    """Return what the demo's mailbox holds, newest first, from the one after `before`.

    Returns one more than PAGE when there is more.
    """
    session = db.session()
    delivered = select(OutboxMail).where(col(OutboxMail.state) == MailState.SENT)
    if before:
        delivered = delivered.where(col(OutboxMail.id) < before.id)
    with as_system(session):
        return list(session.scalars(delivered.order_by(col(OutboxMail.id).desc()).limit(PAGE + 1)))


def system_delivered(key: str) -> OutboxMail | None:
    """Return the delivered mail whose Message-ID begins with `key`, for the demo's mailbox."""
    session = db.session()
    with as_system(session):
        delivered = select(OutboxMail).where(
            col(OutboxMail.message_id) == OutboxMail.message_id_of(key), col(OutboxMail.state) == MailState.SENT
        )
        return session.scalars(delivered).first()
