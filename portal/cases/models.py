"""Five weeks of support: the case, its weeks, goals, contacts, review, attendance and completion summary."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.referrals.models import on_referral
from portal.tenancy import PartyScoped


class Engagement(StrEnum):
    """How the family took part in a week."""

    FULL = "full"
    PARTIAL = "partial"
    LITTLE = "little"
    NONE = "none"


class SupportCase(PartyScoped, SQLModel, table=True):
    """The support of one family. A referral that is opened again gets a new one; one at a time is open."""

    __tablename__: ClassVar[str] = "support_case"
    __table_args__ = on_referral(
        Index(
            "ix_support_case_open",
            "referral_id",
            unique=True,
            postgresql_where="ended_at is null",
            sqlite_where="ended_at is null",
        ),
        Index("ix_support_case_practitioner", "practitioner_id", "ended_at"),
        Index("ix_support_case_manager", "case_manager_id", "ended_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    case_manager_id: int = Field(foreign_key="user_account.id")
    case_manager_name: str = Field(max_length=200)
    practitioner_id: int = Field(foreign_key="user_account.id")
    practitioner_name: str = Field(max_length=200)
    allocated_at: datetime
    allocated_by_name: str = Field(max_length=200)
    starts_on: dt.date = Field(description="A Monday")
    weeks: int = Field(default=5, description="Exactly five, more only where a manager extended it once")
    intervention: str | None = Field(default=None, max_length=40, description="A key of the menu")
    intervention_why: str | None = Field(default=None, sa_type=EncryptedText)
    family_story: str | None = Field(default=None, sa_type=EncryptedText)
    plan: dict[str, Any] | None = Field(default=None, sa_type=EncryptedJSON, description="The Family Support Plan")
    plan_updated_at: datetime | None = None
    consent_confirmed_on: dt.date | None = Field(default=None, description="Asked again in week 1")
    consent_confirmed_by_name: str | None = Field(default=None, max_length=200)
    consent_note: str | None = Field(default=None, sa_type=EncryptedText)
    extended_at: datetime | None = None
    extended_by_name: str | None = Field(default=None, max_length=200)
    extended_why: str | None = Field(default=None, sa_type=EncryptedText)
    ended_at: datetime | None = None


class CaseWeek(PartyScoped, SQLModel, table=True):
    """One week of support and its update: what is typed (`draft`) and, once posted, what the partner reads."""

    __tablename__: ClassVar[str] = "case_week"
    __table_args__ = on_referral(
        UniqueConstraint("case_id", "number"),
        Index("ix_case_week_due", "due_at"),
        # What the scheduler asks at each pass: few rows, however many weeks have been.
        Index(
            "ix_case_week_owed",
            "due_at",
            postgresql_where="posted_at is null and missed_at is null",
            sqlite_where="posted_at is null and missed_at is null",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    case_id: int = Field(foreign_key="support_case.id")
    number: int = Field(description="From 1")
    starts_on: dt.date
    due_at: datetime
    draft: dict[str, Any] | None = Field(default=None, sa_type=EncryptedJSON)
    draft_version: int = 0
    drafted_at: datetime | None = None
    drafted_by_name: str | None = Field(default=None, max_length=200)
    engagement: Engagement | None = Field(default=None, sa_type=words(Engagement))
    contacts: int | None = Field(default=None, description="How many there were with the family in the week")
    attendance_percent: float | None = Field(default=None, description="Of this week's sessions, 0 to 100")
    progress: str | None = Field(default=None, sa_type=EncryptedText)
    barriers: str | None = Field(default=None, sa_type=EncryptedText)
    next_steps: str | None = Field(default=None, sa_type=EncryptedText)
    progress_part: str | None = Field(default=None, max_length=20, description="Its mark: a key of need_to_know.MARKS")
    barriers_part: str | None = Field(default=None, max_length=20)
    next_steps_part: str | None = Field(default=None, max_length=20)
    internal_note: str | None = Field(default=None, sa_type=EncryptedText, description="KSAF's own")
    has_concern: bool | None = Field(default=None, description="What the form was answered; no page shows it")
    concern: str | None = Field(
        default=None, sa_type=EncryptedText, description="Empty since 0028: a concern is the safeguarding team's alone"
    )
    posted_at: datetime | None = None
    posted_by_name: str | None = Field(default=None, max_length=200)
    is_late: bool = False
    missed_at: datetime | None = Field(default=None, description="The week closed without an update")
    read_at: datetime | None = Field(default=None, description="The referrer marked it read")
    read_by_name: str | None = Field(default=None, max_length=200)


class CaseGoal(PartyScoped, SQLModel, table=True):
    """One goal in the family's words, with where they put themselves on a scale of 0 to 10 at the start."""

    __tablename__: ClassVar[str] = "case_goal"
    __table_args__ = on_referral(Index("ix_case_goal_case", "case_id"))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries")
    organisation_id: int
    referral_id: int
    case_id: int = Field(foreign_key="support_case.id")
    words: str = Field(sa_type=EncryptedText)
    baseline: int = Field(description="0 to 10, in week 1")
    added_at: datetime
    dropped_at: datetime | None = None


class GoalScore(PartyScoped, SQLModel, table=True):
    """Where the family put themselves on one goal's scale in one week."""

    __tablename__: ClassVar[str] = "goal_score"
    __table_args__ = on_referral(UniqueConstraint("goal_id", "week_number"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    goal_id: int = Field(foreign_key="case_goal.id")
    week_number: int
    score: int = Field(description="0 to 10")


class ContactKind(StrEnum):
    """How a contact with the family was made."""

    HOME_VISIT = "home_visit"
    SCHOOL = "school"
    PHONE = "phone"
    VIDEO = "video"
    MESSAGE = "message"
    OTHER = "other"


class ContactResult(StrEnum):
    """What came of a contact."""

    ATTENDED = "attended"
    NOT_AT_HOME = "not_at_home"
    CANCELLED = "cancelled"


class CaseContact(PartyScoped, SQLModel, table=True):
    """One contact with the family: KSAF's own record, observation and professional opinion kept apart. Insert only."""

    __tablename__: ClassVar[str] = "case_contact"
    __table_args__ = on_referral(Index("ix_case_contact_case", "case_id", "happened_at"))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    organisation_id: int
    referral_id: int
    case_id: int = Field(foreign_key="support_case.id")
    happened_at: datetime
    kind: ContactKind = Field(sa_type=words(ContactKind))
    result: ContactResult = Field(sa_type=words(ContactResult))
    present: str = Field(default="", sa_type=EncryptedText, description="Who was there")
    observation: str = Field(default="", sa_type=EncryptedText)
    opinion: str = Field(default="", sa_type=EncryptedText)
    child_voice: str = Field(default="", sa_type=EncryptedText)
    belongs_in_cpoms: bool = Field(default=False, description="The safeguarding team is asked to record it there")
    recorded_at: datetime
    recorded_by_name: str = Field(max_length=200)
    corrects_id: int | None = Field(
        default=None, foreign_key="case_contact.id", unique=True, description="The entry whose place it takes"
    )
    correction_why: str | None = Field(default=None, sa_type=EncryptedText)


class CaseReview(PartyScoped, SQLModel, table=True):
    """The review of week 4: when and with whom, and what it changed."""

    __tablename__: ClassVar[str] = "case_review"
    __table_args__ = on_referral(UniqueConstraint("case_id"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    case_id: int = Field(foreign_key="support_case.id")
    planned_for: datetime | None = None
    minutes: int | None = Field(default=None, description="How long it is planned to take")
    place: str | None = Field(default=None, sa_type=EncryptedText, description="For KSAF and those invited")
    invited: list[str] | None = Field(default=None, sa_type=EncryptedJSON, description="Keys of `guests`")
    sequence: int = Field(default=0, description="How often the plan was changed: what its calendar entry counts")
    held_at: datetime | None = None
    present: str | None = Field(default=None, sa_type=EncryptedText)
    changed: str | None = Field(default=None, sa_type=EncryptedText, description="What the review changed")
    recommendation: str | None = Field(default=None, sa_type=EncryptedText)
    recorded_by_name: str | None = Field(default=None, max_length=200)


class AttendanceWeek(PartyScoped, SQLModel, table=True):
    """One child's sessions in one week, as the school or KSAF gave them."""

    __tablename__: ClassVar[str] = "attendance_week"
    __table_args__ = on_referral(UniqueConstraint("referral_id", "week_starting"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    week_starting: dt.date = Field(description="A Monday")
    possible: int = Field(description="Sessions the child could attend; two a day")
    attended: int
    given_by_name: str = Field(max_length=200)
    given_at: datetime


class SummaryState(StrEnum):
    """Where a completion summary stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    AUTHORISED = "authorised"


class CompletionSummary(PartyScoped, SQLModel, table=True):
    """What the weeks came to, drafted from what was recorded; a manager authorises it before anybody else reads it."""

    __tablename__: ClassVar[str] = "completion_summary"
    __table_args__ = on_referral(UniqueConstraint("case_id"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    case_id: int = Field(foreign_key="support_case.id")
    content: dict[str, Any] = Field(sa_type=EncryptedJSON, description="What the partner reads, by heading")
    family: dict[str, Any] = Field(sa_type=EncryptedJSON, description="The same for the family, in plain English")
    withheld: list[str] = Field(sa_type=EncryptedJSON, description="The headings that the partner may not see")
    state: SummaryState = Field(default=SummaryState.DRAFT, sa_type=words(SummaryState))
    version: int = 1
    edited_at: datetime
    edited_by_name: str = Field(max_length=200)
    proposed_by_id: int | None = Field(default=None, foreign_key="user_account.id")
    proposed_at: datetime | None = None
    comment: str | None = Field(default=None, sa_type=EncryptedText, description="Why a manager returned it")
    authorised_by_name: str | None = Field(default=None, max_length=200)
    authorised_at: datetime | None = None
