"""What KSAF alone knows of who may see a referral: sharing without consent, and that a child has changed school.

A decision to share, how a manager settled it, and what followed are insert only. Whoever referred the family reads
nothing of these: a decision can be about somebody near the child, or near the school, and so can a move.
"""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from portal.access.models import Scope
from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.tenancy import OrganisationOwned


class Course(StrEnum):
    """What was decided: to share without consent once a manager agrees, or to respect the family's refusal."""

    SHARE = "share"
    RESPECT = "respect"


class Duty(StrEnum):
    """What has to follow, and is asked for until somebody has said how it was done."""

    REFUSAL_REASON = "refusal_reason"
    TELL_RECEIVER = "tell_receiver"
    TELL_FAMILY = "tell_family"


class SharingDecision(OrganisationOwned, SQLModel, table=True):
    """A decision about one referral and one named organisation; a change of mind is a new row."""

    __tablename__: ClassVar[str] = "sharing_decision"
    __table_args__ = (
        ForeignKeyConstraint(["owner_organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        Index("ix_sharing_decision_referral", "referral_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries")
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    owner_organisation_id: int
    referral_id: int
    course: Course = Field(sa_type=words(Course))
    to_organisation_id: int | None = Field(
        default=None, foreign_key="organisation.id", description="None for one that is not on the portal"
    )
    to_name: str = Field(max_length=200)
    reason: str = Field(max_length=40, description="A choice of the form's question sharing_reason")
    refusal_reason: str | None = Field(default=None, sa_type=EncryptedText, description="What the family said")
    statutory_basis: str | None = Field(default=None, max_length=40, description="A choice of the form's question")
    article_6: str | None = Field(default=None, max_length=40, description="A key of grounds.toml, as the two below")
    article_9: str | None = Field(default=None, max_length=40)
    paragraph_18: str | None = Field(default=None, max_length=40)
    necessity: str = Field(sa_type=EncryptedText, description="Why it is needed; why it is not, of a refusal respected")
    scope: Scope | None = Field(default=None, sa_type=words(Scope))
    parts: dict[str, str] | None = Field(default=None, sa_type=EncryptedJSON, description="Opened part to its reason")
    months: str | None = Field(default=None, max_length=2)
    is_family_told: bool | None = None
    told_how: str | None = Field(default=None, sa_type=EncryptedText)
    not_told_why: str | None = Field(default=None, sa_type=EncryptedText)
    look_again_on: dt.date | None = Field(default=None, description="When telling the family is thought about again")
    decided_by_id: int = Field(foreign_key="user_account.id")
    decided_by_name: str = Field(max_length=200)
    decided_at: datetime


class SharingSettlement(OrganisationOwned, SQLModel, table=True):
    """How another person, a manager, settled a decision: authorised it, or returned it with a comment."""

    __tablename__: ClassVar[str] = "sharing_settlement"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    decision_id: int = Field(foreign_key="sharing_decision.id", unique=True)
    is_authorised: bool
    comment: str | None = Field(default=None, sa_type=EncryptedText)
    party_id: int | None = Field(default=None, foreign_key="referral_party.id", description="What it opened")
    settled_by_id: int = Field(foreign_key="user_account.id")
    settled_by_name: str = Field(max_length=200)
    settled_at: datetime


class SharingStep(OrganisationOwned, SQLModel, table=True):
    """What somebody did about a duty: how it was done, or why not yet and when it is looked at again."""

    __tablename__: ClassVar[str] = "sharing_step"
    __table_args__ = (Index("ix_sharing_step_decision", "decision_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    decision_id: int = Field(foreign_key="sharing_decision.id")
    duty: Duty = Field(sa_type=words(Duty))
    evidence: str = Field(sa_type=EncryptedText)
    look_again_on: dt.date | None = Field(default=None, description="Not done yet: when it is asked for again")
    recorded_by_id: int = Field(foreign_key="user_account.id")
    recorded_by_name: str = Field(max_length=200)
    recorded_at: datetime


class NewSchool(StrEnum):
    """What became of the question whether the new school is to see the referral."""

    SHARED = "shared"
    NOT_SHARED = "not_shared"


class SchoolMove(OrganisationOwned, SQLModel, table=True):
    """A child has changed school: what somebody told KSAF, and how it settled what follows. The newest row counts."""

    __tablename__: ClassVar[str] = "school_move"
    __table_args__ = (
        ForeignKeyConstraint(["owner_organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        Index("ix_school_move_referral", "referral_id", "id"),
        Index("ix_school_move_ending", "access_until", "access_let_go_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    owner_organisation_id: int = Field(description="Who sent the referral: the school the child has left")
    referral_id: int
    moved_on: dt.date
    to_organisation_id: int | None = Field(
        default=None, foreign_key="organisation.id", description="None for a school that is not on the portal"
    )
    to_name: str = Field(max_length=200)
    said_by: str = Field(sa_type=EncryptedText, description="Who said so")
    recorded_by_id: int = Field(foreign_key="user_account.id")
    recorded_by_name: str = Field(max_length=200)
    recorded_for_id: int = Field(foreign_key="organisation.id", description="The organisation whose person recorded it")
    recorded_at: datetime
    new_school: NewSchool | None = Field(default=None, sa_type=words(NewSchool))
    not_shared_why: str | None = Field(default=None, sa_type=EncryptedText)
    new_school_by_name: str | None = Field(default=None, max_length=200)
    new_school_at: datetime | None = None
    access_until: datetime | None = Field(default=None, description="Until when the old school sees it, once decided")
    access_by_name: str | None = Field(default=None, max_length=200)
    access_let_go_at: datetime | None = Field(default=None, description="When what the old school owed was let go")
