"""The ledger. Insert only: a change of mind is a new row that supersedes an old one."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.tenancy import PartyScoped


class Position(StrEnum):
    """What the giver said about one purpose."""

    GIVEN = "given"
    LIMITED = "limited"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    WITHDRAWN = "withdrawn"
    SHARED_WITHOUT = "shared_without"


class ConsentEvent(PartyScoped, SQLModel, table=True):
    """One statement about one purpose, as it was recorded."""

    __tablename__: ClassVar[str] = "consent_event"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        Index("ix_consent_event_referral", "referral_id", "purpose", "recorded_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    purpose: str = Field(max_length=60)
    position: Position = Field(sa_type=words(Position))
    given_by: str | None = Field(default=None, sa_type=EncryptedText)
    capacity: str | None = Field(default=None, max_length=80)
    to_whom: str = Field(max_length=200, description="The named organisation it is given to")
    method: str | None = Field(default=None, max_length=40)
    effective_on: dt.date | None = None
    wording_version: str | None = Field(default=None, max_length=40)
    wording_hash: str | None = Field(default=None, max_length=64)
    limits: str | None = Field(default=None, sa_type=EncryptedText)
    detail: dict[str, Any] | None = Field(
        default=None,
        sa_type=EncryptedJSON,
        description="Sharing without consent: its recorded grounds. Through a link: which, and how it came",
    )
    recorded_by_id: int | None = Field(default=None, description="Nobody where the family answered through its link")
    recorded_at: datetime
    supersedes_id: int | None = Field(default=None, foreign_key="consent_event.id")
