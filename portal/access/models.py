"""The table that opens a referral to an organisation."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Column, ColumnElement, ForeignKeyConstraint, Index, String, and_, or_
from sqlmodel import Field, SQLModel, col

from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.tenancy import Scoped


class PartyRole(StrEnum):
    """Why an organisation is at the table."""

    OWNER = "owner"
    OPERATOR = "operator"
    SHARED = "shared"


class Scope(StrEnum):
    """How far an organisation sees into a referral."""

    STATUS = "status"
    UPDATES = "updates"
    ALL = "all"


class Ground(StrEnum):
    """What lets an organisation see a referral; what rests on consent ends when the consent does."""

    OWN = "own"
    ASKED = "asked"
    CONSENT = "consent"
    PROTECTION = "protection"


class ReferralParty(Scoped, SQLModel, table=True):
    """One organisation's access to one referral, with its reason and its end; the owner is the first."""

    __tablename__: ClassVar[str] = "referral_party"
    __table_args__ = (
        ForeignKeyConstraint(["owner_organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        Index("ix_referral_party_organisation", "organisation_id", "referral_id"),
        # What an organisation looks on at is little beside what it sent in all its years.
        Index("ix_referral_party_role", "organisation_id", "role", "referral_id"),
        Index("ix_referral_party_referral", "referral_id", "organisation_id"),
        Index("ix_referral_party_ends", "valid_to"),
    )

    id: int | None = Field(default=None, primary_key=True)
    referral_id: int
    owner_organisation_id: int
    organisation_id: int = Field(foreign_key="organisation.id")
    role: PartyRole = Field(sa_type=words(PartyRole))
    scope: Scope = Field(sa_type=words(Scope))
    ground: Ground = Field(sa_type=words(Ground))
    basis: str = Field(
        default="", sa_column=Column("basis_words", EncryptedText), description="The ground in words, for every party"
    )
    basis_before: str = Field(default="", sa_column=Column("basis", String, nullable=False), description="Empty: 0030")
    let_in_by_name: str | None = Field(default=None, max_length=200, description="Who let it in, at KSAF")
    parts: dict[str, str] | None = Field(
        default=None, sa_type=EncryptedJSON, description="What is shown on a need to know and is open, with the reason"
    )
    is_whole: bool = Field(
        default=False,
        description="Shared, and every part is open: it reads files and messages, which may hold anything",
    )
    reminded_at: datetime | None = Field(default=None, description="When KSAF was told that its end comes")
    is_kept_from_sender: bool = Field(
        default=False, description="Who sent the referral does not learn of it: where a child has gone"
    )
    is_consent_refused: bool = Field(default=False, description="The family refused; the organisation is told so")
    is_family_told: bool | None = Field(default=None, description="Of sharing without consent: whether they know")
    valid_from: datetime
    valid_to: datetime | None = None

    @classmethod
    def is_live(cls, now: Any) -> ColumnElement[bool]:
        """Return the SQL that is true for the rows that open their referral at `now`, an instant or a parameter."""
        return and_(col(cls.valid_from) <= now, or_(col(cls.valid_to).is_(None), col(cls.valid_to) > now))

    @classmethod
    def reads_whole(cls) -> ColumnElement[bool]:
        """Return the SQL that is true for the rows that open the whole referral, every part of a need to know too."""
        return and_(col(cls.scope) == Scope.ALL, or_(col(cls.role) != PartyRole.SHARED, col(cls.is_whole)))

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the tenant's own rows and those on referrals it sent, save what is kept from it."""
        sent = and_(col(cls.owner_organisation_id) == tenant, col(cls.is_kept_from_sender).is_(False))
        return or_(col(cls.organisation_id) == tenant, sent)

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow whoever has loaded the referral, under its true owner."""
        return reached.get(self.referral_id) == self.owner_organisation_id
