"""The append-only events and the erasable payloads their digests stand for."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.crypto import EncryptedJSON
from portal.tenancy import OrganisationOwned


class AuditEvent(OrganisationOwned, SQLModel, table=True):
    """One link of an organisation's chain. Insert only: triggers refuse everything else."""

    __tablename__: ClassVar[str] = "audit_event"
    __table_args__ = (
        UniqueConstraint("organisation_id", "sequence"),
        Index("ix_audit_event_subject", "subject_type", "subject_id"),
        Index("ix_audit_event_at", "at"),
        Index("ix_audit_event_organisation", "organisation_id", "at"),
        Index("ix_audit_event_actor", "actor_id", "at"),
        Index("ix_audit_event_action", "action", "at"),
        Index("ix_audit_event_owner", "subject_owner_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(
        foreign_key="organisation.id", description="Whose chain: the organisation of whoever acted"
    )
    sequence: int = Field(sa_type=BigInteger)
    at: datetime
    action: str = Field(max_length=80, description="source:subject:verb, as declared in audit/actions.py")
    actor_id: int | None = None
    subject_type: str = Field(max_length=40)
    subject_id: int | None = None
    subject_owner_id: int | None = Field(default=None, description="The organisation that owns what was touched")
    payload_digest: str = Field(max_length=64)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditPayload(OrganisationOwned, SQLModel, table=True):
    """An event's personal detail, salted, which retention may erase without breaking the chain."""

    __tablename__: ClassVar[str] = "audit_payload"

    event_id: int = Field(primary_key=True, foreign_key="audit_event.id")
    organisation_id: int = Field(foreign_key="organisation.id")
    salt: str = Field(max_length=64)
    detail: dict[str, Any] = Field(sa_type=EncryptedJSON)


class AuditHead(OrganisationOwned, SQLModel, table=True):
    """The end of one organisation's chain; holding this row is the turn to write."""

    __tablename__: ClassVar[str] = "audit_head"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    sequence: int = Field(default=0, sa_type=BigInteger)
    hash: str = Field(max_length=64)
