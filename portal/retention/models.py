"""Holds, the lists that were approved, and what was erased. KSAF's own; holds and erasures are insert only."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedText
from portal.tenancy import OrganisationOwned


class HoldKind(StrEnum):
    """What was done about a hold."""

    PLACED = "placed"
    KEPT = "kept"
    LIFTED = "lifted"


class HoldEvent(OrganisationOwned, SQLModel, table=True):
    """A legal hold on one referral: placed, kept on with a new day to look at it, or lifted. Each is a row of its own.

    A hold stands while its newest event is not its lifting. One event follows another: two people cannot both.
    """

    __tablename__: ClassVar[str] = "legal_hold"
    __table_args__ = (
        ForeignKeyConstraint(["owner_organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        Index("ix_legal_hold_referral", "referral_id", "id"),
        Index("ix_legal_hold_review", "review_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries")
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    owner_organisation_id: int
    referral_id: int
    kind: HoldKind = Field(sa_type=words(HoldKind))
    reason: str = Field(sa_type=EncryptedText)
    review_on: dt.date | None = Field(default=None, description="When somebody looks at it again; None once lifted")
    follows_id: int | None = Field(default=None, foreign_key="legal_hold.id", unique=True)
    by_id: int = Field(foreign_key="user_account.id")
    by_name: str = Field(max_length=200)
    at: datetime


class Approval(OrganisationOwned, SQLModel, table=True):
    """One list of records that a manager has read and let go."""

    __tablename__: ClassVar[str] = "retention_approval"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    digest: str = Field(max_length=64, description="Of exactly the list that was shown")
    policy_version: str = Field(max_length=40)
    approved_by_id: int = Field(foreign_key="user_account.id")
    approved_by_name: str = Field(max_length=200)
    approved_at: datetime


class ApprovedItem(OrganisationOwned, SQLModel, table=True):
    """One record of an approved list, until it is erased, or left because it is held or no longer due."""

    __tablename__: ClassVar[str] = "retention_item"
    __table_args__ = (
        UniqueConstraint("approval_id", "kind", "subject_id"),
        Index("ix_retention_item_open", "settled_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    approval_id: int = Field(foreign_key="retention_approval.id")
    erasure_key: str = Field(unique=True, max_length=40, description="The erasure's own, the same at every attempt")
    kind: str = Field(max_length=20)
    subject_id: int
    reference: str = Field(max_length=40)
    rule: str = Field(max_length=40)
    settled_at: datetime | None = None
    left_because: str | None = Field(default=None, max_length=40, description="held, or not_due; empty where erased")


class Erasure(OrganisationOwned, SQLModel, table=True):
    """That one record was erased. What the guards of insert-only tables ask before they let its words go."""

    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="The same in the list outside the database")
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    kind: str = Field(max_length=20, description="referral, enquiry, call_back, account or data_request")
    subject_id: int | None = Field(
        default=None, description="None where a backup that was brought back has no such row"
    )
    reference: str = Field(max_length=40)
    rule: str = Field(max_length=40, description="The rule of the policy, or request")
    policy_version: str = Field(max_length=40)
    reason: str | None = Field(default=None, sa_type=EncryptedText, description="Why, where somebody asked for it")
    by_id: int | None = Field(default=None, description="Who approved it; None where it was carried out again")
    by_name: str = Field(default="", max_length=200)
    at: datetime
