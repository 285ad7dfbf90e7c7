"""Calls that KSAF owes, with whom to ask for and at which number: KSAF's own record, which no partner reaches."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, Index, String
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedText
from portal.enquiries.call_backs.rules import CallBackEnding, TryResult
from portal.tenancy import OrganisationOwned


class CallBack(OrganisationOwned, SQLModel, table=True):
    """One call that is owed, because of a signpost, an earlier call or a referral; it carries the reference of that."""

    __tablename__: ClassVar[str] = "call_back"
    __table_args__ = (
        Index("ix_call_back_open", "organisation_id", "ended_at", "due_at"),
        Index("ix_call_back_reference", "reference"),
        CheckConstraint(
            "signpost_id IS NOT NULL OR enquiry_id IS NOT NULL OR referral_id IS NOT NULL", name="comes_from_somewhere"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    reference: str = Field(max_length=20, description="Of what it comes from: what its address carries")
    signpost_id: int | None = Field(default=None, foreign_key="signpost.id")
    enquiry_id: int | None = Field(default=None, foreign_key="enquiry.id", description="The call that asked for it")
    referral_id: int | None = Field(default=None, foreign_key="referral.id")
    name: str = Field(sa_type=EncryptedText, description="Whom to ask for")
    phone: str = Field(sa_type=EncryptedText)
    about: str = Field(default="", sa_type=EncryptedText, description="What the adviser should know before calling")
    preferred_time: str = Field(
        sa_column=Column("preferred_words", EncryptedText), description="A key of call_backs/rules.py"
    )
    preferred_time_before: str = Field(
        default="", sa_column=Column("preferred_time", String(20), nullable=False), description="Empty"
    )
    may_leave_message: bool
    basis: str = Field(sa_type=EncryptedText, description="Why KSAF may call, in words")
    asked_at: datetime
    due_at: datetime = Field(description="By when the next try is owed")
    taken_by_id: int | None = Field(default=None, foreign_key="user_account.id")
    taken_by_name: str = Field(default="", max_length=200)
    ended_at: datetime | None = None
    ending: CallBackEnding | None = Field(default=None, sa_type=words(CallBackEnding))
    logged_id: int | None = Field(default=None, foreign_key="enquiry.id", description="The call as it was written down")


class CallTry(OrganisationOwned, SQLModel, table=True):
    """Dialling once, and what came of it."""

    __tablename__: ClassVar[str] = "call_try"
    __table_args__ = (Index("ix_call_try_call_back", "call_back_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    call_back_id: int = Field(foreign_key="call_back.id")
    result: TryResult = Field(sa_type=words(TryResult))
    tried_at: datetime
    tried_by_id: int = Field(foreign_key="user_account.id")
    tried_by_name: str = Field(max_length=200)
