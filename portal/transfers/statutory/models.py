"""One referral to a statutory service. KSAF's own: whoever referred the family reads nothing of it."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedText
from portal.tenancy import OrganisationOwned


class Way(StrEnum):
    """How it was made."""

    PHONE = "phone"
    PORTAL = "portal"
    EMAIL = "email"


class Basis(StrEnum):
    """On what footing KSAF shared."""

    AGREEMENT = "agreement"
    PROTECTION = "protection"


SUBJECT = "statutory_referral"
"""What its deadlines are about."""


class StatutoryReferral(OrganisationOwned, SQLModel, table=True):
    """What KSAF told a front door, on which basis, and what came of it.

    KSAF's row, not the referral's parties': an allegation may be about somebody at the school that referred the child.
    """

    __tablename__: ClassVar[str] = "statutory_referral"
    __table_args__ = (
        ForeignKeyConstraint(["owner_organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        Index("ix_statutory_referral_referral", "referral_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries")
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    owner_organisation_id: int
    referral_id: int
    door: str = Field(max_length=40, description="A key of organisations/contacts.toml, or elsewhere")
    to_name: str = Field(max_length=200)
    is_about_staff: bool = Field(default=False, description="An allegation: read by fewer people")
    way: Way = Field(sa_type=words(Way))
    made_at: datetime
    spoke_to: str | None = Field(default=None, sa_type=EncryptedText)
    told: str = Field(sa_type=EncryptedText)
    basis: Basis = Field(sa_type=words(Basis))
    basis_why: str = Field(sa_type=EncryptedText)
    reason: str | None = Field(default=None, max_length=40, description="Why it could not wait for an agreement")
    authorised_by: str | None = Field(default=None, max_length=200, description="The manager, where nobody agreed")
    is_family_told: bool | None = None
    not_told_why: str | None = Field(default=None, sa_type=EncryptedText)
    made_by_id: int = Field(foreign_key="user_account.id")
    made_by_name: str = Field(max_length=200)
    confirmed_at: datetime | None = Field(default=None, description="A telephone call, in writing")
    confirmed_by_name: str | None = Field(default=None, max_length=200)
    acknowledged_at: datetime | None = None
    acknowledged_by_name: str | None = Field(default=None, max_length=200, description="Who recorded it")
    their_reference: str | None = Field(default=None, max_length=100)
    asked_after: str | None = Field(default=None, sa_type=EncryptedText, description="Each time, and who was reached")
    outcome: str | None = Field(default=None, sa_type=EncryptedText)
    outcome_at: datetime | None = None
    outcome_by_name: str | None = Field(default=None, max_length=200)
