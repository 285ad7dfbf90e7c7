"""Calls to the Support and Advice Line: KSAF's own record, which no partner reaches."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.tenancy import OrganisationOwned


class Caller(StrEnum):
    """Who called."""

    PARENT = "parent"
    PROFESSIONAL = "professional"
    UNNAMED = "unnamed"


class NextStep(StrEnum):
    """How the call moved things forward."""

    ADVICE = "advice"
    ANOTHER_SERVICE = "another_service"
    THINK_ABOUT_REFERRAL = "think_about_referral"
    CALL_AGAIN = "call_again"
    CALL_BACK = "call_back"
    IN_WRITING = "in_writing"


class Enquiry(OrganisationOwned, SQLModel, table=True):
    """One call. Somebody who will not be named leaves neither a name nor a number; the database refuses them too."""

    __table_args__ = (
        Index("ix_enquiry_newest", "organisation_id", "id"),
        CheckConstraint("caller <> 'unnamed' OR (name = '' AND phone = '')", name="unnamed_keeps_nothing"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    reference: str = Field(unique=True, max_length=20)
    caller: Caller = Field(sa_type=words(Caller))
    name: str = Field(max_length=200)
    phone: str = Field(max_length=40)
    area: str = Field(max_length=20, description="Where the child is: a key of enquiries/rules.py")
    explored: str = Field(sa_type=EncryptedText)
    advised: str = Field(sa_type=EncryptedText)
    signposts: list[str] = Field(sa_type=EncryptedJSON, description="Keys of directory.toml")
    next_step: NextStep = Field(sa_type=words(NextStep))
    draft_id: int | None = Field(
        default=None, foreign_key="referral.id", description="The draft it led to, in an organisation's own space"
    )
    draft_for: str = Field(default="", max_length=200, description="That organisation's name")
    recorded_by_id: int = Field(foreign_key="user_account.id")
    recorded_by_name: str = Field(max_length=200)
    recorded_at: datetime
