"""A request about personal data, the referrals it is about, and each thing that happened to it. KSAF's own rows."""

import datetime as dt
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.accountability.requests.rules import Event, Kind, Outcome, Question, RequestState, Way
from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.tenancy import OrganisationOwned

SUBJECT = "data_request"
"""What its deadlines are about."""


class DataRequest(OrganisationOwned, SQLModel, table=True):
    """One request. What was asked is never changed; where it stands is."""

    __tablename__: ClassVar[str] = "data_request"
    __table_args__ = (Index("ix_data_request_state", "organisation_id", "state", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=20, description="Its own: what its address and its mail carry")
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    kind: Kind = Field(sa_type=words(Kind))
    way: Way = Field(sa_type=words(Way))
    capacity: str = Field(max_length=40, description="In which capacity somebody asks: a key of rules.CAPACITIES")
    asker: str = Field(sa_type=EncryptedText, description="Who asks")
    reply_to: str = Field(sa_type=EncryptedText, description="How to reach them")
    authority: str = Field(sa_type=EncryptedText, description="What shows that they may ask for somebody else")
    about: str = Field(sa_type=EncryptedText, description="Whose information it is")
    asked: str = Field(sa_type=EncryptedText, description="What they ask, in their words")
    received_on: dt.date
    recorded_at: datetime
    recorded_by_name: str = Field(max_length=200, description="Empty where a family sent it itself")
    recorded_by_organisation: str = Field(max_length=200)
    state: RequestState = Field(default=RequestState.OPEN, sa_type=words(RequestState))
    is_known: bool = Field(default=False, description="Whether KSAF knows that they are who they say")
    waits_for: Question | None = Field(default=None, sa_type=words(Question))
    acknowledged_at: datetime | None = None
    extended_at: datetime | None = None
    outcome: Outcome | None = Field(default=None, sa_type=words(Outcome))
    answered_at: datetime | None = None


class DataRequestReferral(OrganisationOwned, SQLModel, table=True):
    """That a request is about a referral. Insert only."""

    __tablename__: ClassVar[str] = "data_request_referral"
    __table_args__ = (
        ForeignKeyConstraint(["owner_organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        UniqueConstraint("data_request_id", "referral_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    data_request_id: int = Field(foreign_key="data_request.id")
    owner_organisation_id: int
    referral_id: int


class DataCopy(OrganisationOwned, SQLModel, table=True):
    """A copy of a record made for a request, as it is given: once somebody has read it, nothing of it changes."""

    __tablename__: ClassVar[str] = "data_copy"
    __table_args__ = (Index("ix_data_copy_request", "data_request_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    data_request_id: int = Field(foreign_key="data_request.id")
    reference: str = Field(max_length=20, description="The referral's")
    gives_safeguarding: bool
    safeguarding_why: str = Field(sa_type=EncryptedText, description="Why its safeguarding parts are given or withheld")
    content: dict[str, Any] = Field(sa_type=EncryptedJSON, description="Its parts, and what is withheld")
    prepared_at: datetime
    prepared_by_name: str = Field(max_length=200)
    read_at: datetime | None = None
    read_by_name: str | None = Field(default=None, max_length=200, description="Who read it before it is given")


class CorrectionRecipient(OrganisationOwned, SQLModel, table=True):
    """Somebody who was given what has been corrected, and whether they were told (UK GDPR Art. 19)."""

    __tablename__: ClassVar[str] = "correction_recipient"
    __table_args__ = (Index("ix_correction_recipient_request", "data_request_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    data_request_id: int = Field(foreign_key="data_request.id")
    correction_id: int = Field(foreign_key="record_correction.id")
    to_name: str = Field(max_length=200)
    reference: str = Field(max_length=20, description="The referral's")
    told_at: datetime | None = None
    told_by_name: str | None = Field(default=None, max_length=200)
    how: str | None = Field(default=None, sa_type=EncryptedText)


class DataRequestStep(OrganisationOwned, SQLModel, table=True):
    """One thing that happened to a request: by whom, when, and in words. Insert only."""

    __tablename__: ClassVar[str] = "data_request_step"
    __table_args__ = (Index("ix_data_request_step_request", "data_request_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    data_request_id: int = Field(foreign_key="data_request.id")
    event: Event = Field(sa_type=words(Event))
    title: str = Field(sa_type=EncryptedText, description="What happened, in a few words")
    note: str = Field(sa_type=EncryptedText, description="Why, or what was said or sent")
    at: datetime
    done_by_name: str = Field(max_length=200, description="Empty for a family")


class DataErasure(OrganisationOwned, SQLModel, table=True):
    """That somebody wants erased what a request is about, for another manager to settle; once settled, it stays."""

    __tablename__: ClassVar[str] = "data_erasure"
    __table_args__ = (Index("ix_data_erasure_request", "data_request_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    data_request_id: int = Field(foreign_key="data_request.id")
    going: str = Field(max_length=300, description="The referrals', with a space between them")
    words: str = Field(sa_type=EncryptedText, description="Why, as whoever asked is told")
    proposed_by_id: int = Field(foreign_key="user_account.id")
    proposed_by_name: str = Field(max_length=200)
    proposed_at: datetime
    is_approved: bool | None = None
    settled_at: datetime | None = None
    settled_by_name: str | None = Field(default=None, max_length=200)
    comment: str | None = Field(default=None, sa_type=EncryptedText, description="Why it was returned")

    @property
    def references(self) -> list[str]:
        """Return the references of what is to be erased."""
        return self.going.split()
