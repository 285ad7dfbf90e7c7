"""A referral and everything that hangs on it."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.referrals.rules import State
from portal.tenancy import PartyRoot, PartyScoped


def on_referral(*others: Any) -> tuple[Any, ...]:
    """Return the table arguments that tie a row to its referral under the referral's true owner."""
    return (
        ForeignKeyConstraint(["organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        *others,
    )


# SQLAlchemy counts this up with every change and refuses to overwrite a version it has not seen.
_version = Column("version", Integer, nullable=False)


# Pathway 3 is never lost between services: what the lifecycle refuses, the database refuses too.
_CLOSES_ACCEPTED = (
    "state <> 'closed' OR acceptance_overridden_at IS NOT NULL"
    " OR (open_transfers = 0 AND (pathway <> 'pathway_3' OR accepted_transfers > 0))"
)


class WaitingOn(StrEnum):
    """Whose move it is."""

    REFERRER = "referrer"
    OPERATOR = "operator"
    NOBODY = "nobody"


class Referral(PartyRoot, SQLModel, table=True):
    """One child's referral. What lists show is kept here, in the transaction that changes it."""

    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        Index("ix_referral_change", "last_change_at", "reference"),
        Index("ix_referral_due", "next_due_at", "reference"),
        Index("ix_referral_owner_change", "organisation_id", "last_change_at", "id"),
        Index("ix_referral_owner_state", "organisation_id", "state"),
        Index("ix_referral_state", "state", "is_urgent"),
        Index("ix_referral_owner_due", "organisation_id", "next_due_at", "id"),
        Index("ix_referral_queue", "waiting_on", "is_urgent", "next_due_at", "id"),
        Index("ix_referral_family_key", "child_family_key"),
        Index("ix_referral_given_key", "child_given_key"),
        Index("ix_referral_born", "child_date_of_birth"),
        Index("ix_referral_household", "household_key"),
        Index("ix_referral_practitioner", "practitioner_id", "state"),
        Index("ix_referral_contact", "contact_id", "state"),
        CheckConstraint(_CLOSES_ACCEPTED, name="closes_accepted"),
    )
    __mapper_args__ = {"version_id_col": _version}

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="The owner: who refers")
    reference: str = Field(unique=True, max_length=20)
    state: State = Field(default=State.DRAFT, sa_type=words(State))
    version: int = Field(default=None, sa_column=_version)
    child_given_name: str = Field(default="", max_length=100)
    child_family_name: str = Field(default="", max_length=100)
    child_given_key: str = Field(default="", max_length=100, description="Lower case, for search")
    child_family_key: str = Field(default="", max_length=100, description="Lower case, for search")
    child_date_of_birth: dt.date | None = None
    household_key: str | None = Field(default=None, max_length=64, description="The home, hashed: household.py")
    year_group: str = Field(default="", max_length=40)
    area: str = Field(default="kent", max_length=20)
    route: str = Field(default="", max_length=40, description="What the consent position lets it ask for")
    pathway: str | None = Field(default=None, max_length=20)
    created_by_id: int = Field(foreign_key="user_account.id")
    invited_by_name: str = Field(default="", max_length=200, description="Who at KSAF began it, from a call")
    contact_id: int | None = Field(
        default=None, foreign_key="user_account.id", description="The one professional contact; none: who refers there"
    )
    contact_name: str = Field(default="", max_length=200, description="The contact, as the form or a colleague says")
    assigned_to_id: int | None = Field(default=None, foreign_key="user_account.id", description="Who has it at KSAF")
    assigned_to_name: str = Field(default="", max_length=200)
    waiting_on: WaitingOn = Field(default=WaitingOn.REFERRER, sa_type=words(WaitingOn))
    is_urgent: bool = Field(default=False, description="To be read first: the child may be at risk")
    next_due_at: datetime | None = None
    next_due_kind: str | None = Field(default=None, max_length=40)
    created_at: datetime
    submitted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    decided_at: datetime | None = None
    case_manager_id: int | None = Field(default=None, foreign_key="user_account.id")
    case_manager_name: str = Field(default="", max_length=200)
    practitioner_id: int | None = Field(
        default=None, foreign_key="user_account.id", description="The family outreach practitioner, who sees no other"
    )
    practitioner_name: str = Field(default="", max_length=200)
    support_starts_on: dt.date | None = Field(default=None, description="The first Monday of the weeks of support")
    support_weeks: int = Field(default=0, description="5, or more where it was extended; 0 before allocation")
    open_transfers: int = Field(default=0, description="Onward referrals that wait for an answer")
    accepted_transfers: int = Field(default=0, description="Onward referrals that a receiving service has accepted")
    acceptance_overridden_at: datetime | None = Field(
        default=None, description="A manager let it close without a confirmed acceptance"
    )
    acceptance_overridden_by_name: str | None = Field(default=None, max_length=200)
    acceptance_overridden_why: str | None = Field(default=None, sa_type=EncryptedText)
    closed_at: datetime | None = None
    closed_by_name: str | None = Field(default=None, max_length=200)
    closing_outcome: str | None = Field(default=None, max_length=40)
    closing_rationale: str | None = Field(default=None, sa_type=EncryptedText, description="KSAF's own")
    sender_until: datetime | None = Field(
        default=None, description="Until when who sent it sees it; none: without an end (sender.py)"
    )
    last_change_at: datetime
    anonymised_at: datetime | None = Field(default=None, description="Since when nothing says whom it was about")
    born_year: int | None = Field(default=None, description="What figures keep of the birthday once it is gone")


class ReferralSection(PartyScoped, SQLModel, table=True):
    """The answers of one section, as saved; `version` tells two tabs apart."""

    __tablename__: ClassVar[str] = "referral_section"
    __table_args__ = on_referral(UniqueConstraint("referral_id", "section"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    section: str = Field(max_length=40)
    answers: dict[str, Any] = Field(sa_type=EncryptedJSON)
    version: int = 1
    updated_by_id: int
    updated_by_name: str = Field(max_length=200)
    updated_at: datetime


class Attachment(PartyScoped, SQLModel, table=True):
    """A file somebody sent with the referral; its bytes lie encrypted under a random name outside the web root."""

    __table_args__ = on_referral(Index("ix_attachment_referral", "referral_id"))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries")
    organisation_id: int
    referral_id: int
    entry_id: int | None = Field(
        default=None,
        foreign_key="timeline_entry.id",
        description="The message it came with, if any",
    )
    filename: str = Field(sa_type=EncryptedText)
    content_type: str = Field(max_length=100)
    size: int
    digest: str = Field(max_length=64, description="SHA-256 of the plain bytes")
    stored_name: str = Field(unique=True, max_length=64)
    uploaded_by_id: int
    uploaded_by_name: str = Field(max_length=200)
    uploaded_at: datetime
    removed_at: datetime | None = None


class Audience(StrEnum):
    """Who may read a timeline entry."""

    EVERYONE = "everyone"
    OPERATOR = "operator"


class TimelineEntry(PartyScoped, SQLModel, table=True):
    """Something that happened, as the people on the referral read it."""

    __tablename__: ClassVar[str] = "timeline_entry"
    __table_args__ = on_referral(Index("ix_timeline_entry_referral", "referral_id", "id"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    at: datetime
    kind: str = Field(max_length=40)
    title: str = Field(max_length=200)
    body: str | None = Field(default=None, sa_type=EncryptedText)
    actor_id: int | None = None
    actor_name: str = Field(default="", max_length=200)
    actor_organisation: str = Field(default="", max_length=200)
    audience: Audience = Field(default=Audience.EVERYONE, sa_type=words(Audience))


class InformationRequest(PartyScoped, SQLModel, table=True):
    """A question from KSAF to the referrer, until it is answered or no longer needed."""

    __tablename__: ClassVar[str] = "information_request"
    __table_args__ = on_referral(Index("ix_information_request_referral", "referral_id"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    question: str = Field(sa_type=EncryptedText)
    asked_by_id: int
    asked_by_name: str = Field(max_length=200)
    asked_at: datetime
    due_at: datetime
    answer: str | None = Field(default=None, sa_type=EncryptedText)
    answered_by_name: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = None
    cancelled_at: datetime | None = None


class SeenMark(PartyScoped, SQLModel, table=True):
    """How far one person has read one referral's timeline."""

    __tablename__: ClassVar[str] = "seen_mark"
    __table_args__ = on_referral(UniqueConstraint("user_id", "referral_id"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    user_id: int = Field(foreign_key="user_account.id")
    entry_id: int = 0
    seen_at: datetime
