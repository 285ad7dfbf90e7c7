"""The outbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, cast

from sqlalchemy import Index
from sqlalchemy.orm import defer
from sqlalchemy.orm.interfaces import ORMOption
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedJSON
from portal.tenancy import OrganisationOwned

MESSAGE_ID_DOMAIN = "portal.ksaf.example"


class MailState(StrEnum):
    """Where a mail is; `sent` means that the server accepted it."""

    QUEUED = "queued"
    SENDING = "sending"
    RETRY = "retry"
    SENT = "sent"
    FAILED = "failed"


class OutboxMail(OrganisationOwned, SQLModel, table=True):
    """One mail to one person: written with the change it reports, sent later by the scheduler."""

    __tablename__: ClassVar[str] = "outbox_mail"
    __table_args__ = (
        Index("ix_outbox_mail_state_next", "state", "next_attempt_at"),
        Index("ix_outbox_mail_reference", "reference"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int | None = Field(
        default=None, foreign_key="organisation.id", description="The recipient's, if any"
    )
    template: str = Field(max_length=80)
    reference: str | None = Field(default=None, max_length=20)
    to_address: str = Field(max_length=254)
    context: dict[str, Any] = Field(default_factory=dict, sa_type=EncryptedJSON)
    meeting: dict[str, Any] | None = Field(
        default=None, sa_type=EncryptedJSON, description="What its calendar file says, if it brings one"
    )
    message_id: str = Field(unique=True, max_length=200)
    state: MailState = Field(default=MailState.QUEUED, sa_type=words(MailState))
    attempts: int = 0
    created_at: datetime
    next_attempt_at: datetime
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    last_error: str | None = Field(default=None, max_length=300)

    @property
    def key(self) -> str:
        """Return what the mail's address in the demo's mailbox carries."""
        return self.message_id[1:].partition("@")[0]

    @staticmethod
    def message_id_of(key: str) -> str:
        """Return the Message-ID of the mail with this key, the same at every attempt to send it."""
        return f"<{key}@{MESSAGE_ID_DOMAIN}>"


def sealed() -> tuple[ORMOption, ...]:
    """Return the options that read mails without opening them: one that no key opens must not hide the others."""
    return tuple(defer(cast("Any", column), raiseload=True) for column in (OutboxMail.context, OutboxMail.meeting))
