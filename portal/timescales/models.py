"""Deadlines, their rungs, the prompts they raise, KSAF's closure days, and what the policy was and became."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedText
from portal.tenancy import BetweenTwo, OrganisationOwned

OVERDUE = "state = 'missed' AND ended_at IS NULL"
"""Missed and not met since: few of the deadlines there have ever been, so that they have an index of their own."""
OPEN = "ended_at IS NULL"
"""Still owed. What has ended is nearly all there has ever been."""
WAITING = "fired_at is null and dropped_at is null"
"""Still to fire: few of the rungs there have ever been."""


class DeadlineState(StrEnum):
    """Where a deadline stands. A missed one that is met late stays missed and carries `met_at`."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Deadline(BetweenTwo, SQLModel, table=True):
    """Something one organisation owes another by an instant. It knows its subject by type and id only."""

    __table_args__ = (
        Index("ix_deadline_subject", "subject_type", "subject_id"),
        Index("ix_deadline_owed_by", "owed_by_id", "state", "due_at"),
        Index("ix_deadline_reference", "reference"),
        Index("ix_deadline_overdue", "kind", postgresql_where=text(OVERDUE), sqlite_where=text(OVERDUE)),
        Index("ix_deadline_open", "due_at", postgresql_where=text(OPEN), sqlite_where=text(OPEN)),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40, description="A kind of policy.toml")
    policy_version: str = Field(max_length=40)
    subject_type: str = Field(max_length=40)
    subject_id: int
    reference: str = Field(max_length=20, description="The subject's public reference, for prompts and mail")
    owed_by_id: int = Field(foreign_key="organisation.id")
    owed_to_id: int = Field(foreign_key="organisation.id", index=True)
    week: int | None = Field(default=None, description="Which week of support, for what is owed each week")
    person_id: int | None = Field(default=None, description="Whoever it is on; none yet means everyone with the role")
    state: DeadlineState = Field(default=DeadlineState.RUNNING, sa_type=words(DeadlineState))
    started_at: datetime
    due_at: datetime
    paused_at: datetime | None = None
    paused_why: str | None = Field(default=None, max_length=100, description="Fixed words of ours; while it is paused")
    days_not_counted: int = Field(default=0, description="Of a time limit in law: whole days that pauses took out")
    met_at: datetime | None = None
    ended_at: datetime | None = None
    ended_why: str | None = Field(
        default=None,
        sa_column=Column("ended_words", EncryptedText),
        description="In words, at most 300 characters; never with a child's name",
    )
    ended_why_before: str | None = Field(default=None, sa_column=Column("ended_why", String(300)), description="Empty")


class DeadlineRung(BetweenTwo, SQLModel, table=True):
    """One step of a deadline's ladder: when it is due to fire, when it fired, and what was done about it."""

    __tablename__: ClassVar[str] = "deadline_rung"
    __table_args__ = (
        UniqueConstraint("deadline_id", "rung"),
        Index(
            "ix_deadline_rung_waiting",
            "fires_at",
            postgresql_where=text(WAITING),
            sqlite_where=text(WAITING),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    deadline_id: int = Field(foreign_key="deadline.id")
    owed_by_id: int = Field(foreign_key="organisation.id")
    owed_to_id: int = Field(foreign_key="organisation.id")
    rung: str = Field(max_length=20, description="A Rung; one that climbed again has its id behind it")
    fires_at: datetime
    fired_at: datetime | None = None
    dropped_at: datetime | None = Field(default=None, description="No longer needed: the deadline ended first")
    tries: int = Field(default=0, description="How often firing it has failed")
    set_aside_at: datetime | None = Field(default=None, description="Since when it keeps no other waiting")
    try_again_at: datetime | None = None


class Prompt(OrganisationOwned, SQLModel, table=True):
    """Something waiting for one person, in the portal, until evidence closes it."""

    __table_args__ = (
        UniqueConstraint("rung_id", "user_id"),
        Index("ix_prompt_open", "user_id", "organisation_id", "closed_at"),
        # Nobody has the same news waiting twice in one organisation.
        Index(
            "ix_prompt_open_news",
            "reference",
            "kind",
            "user_id",
            "organisation_id",
            unique=True,
            postgresql_where="closed_at is null and deadline_id is null",
            sqlite_where="closed_at is null and deadline_id is null",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries")
    organisation_id: int = Field(foreign_key="organisation.id", description="The organisation it reaches its person in")
    user_id: int = Field(foreign_key="user_account.id")
    rung_id: int | None = Field(default=None, foreign_key="deadline_rung.id")
    deadline_id: int | None = Field(default=None, foreign_key="deadline.id", index=True)
    kind: str = Field(max_length=60, description="What it says: a row of timescales/wording.py")
    reference: str = Field(max_length=20, description="What it is about; empty for a mail about no referral")
    due_at: datetime | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    evidence: str | None = Field(default=None, sa_type=EncryptedText, description="Who was reached and what was done")
    put_off_until: datetime | None = Field(default=None, description="Until then it waits for nobody")
    put_off_why: str | None = Field(default=None, sa_type=EncryptedText)


class Absence(OrganisationOwned, SQLModel, table=True):
    """Days on which somebody is away, and who stands in for them: what waits for the one waits for the other too."""

    __table_args__ = (
        Index("ix_absence_deputy", "deputy_id", "organisation_id"),
        Index("ix_absence_user", "user_id", "organisation_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    organisation_id: int = Field(foreign_key="organisation.id")
    user_id: int = Field(foreign_key="user_account.id")
    deputy_id: int = Field(foreign_key="user_account.id")
    first_day: dt.date
    last_day: dt.date = Field(description="The last day away")
    made_by_id: int = Field(foreign_key="user_account.id")
    made_at: datetime
    ended_at: datetime | None = Field(default=None, description="Back before the last day, or called off")


class ClosureDay(SQLModel, table=True):
    """A day on which KSAF is closed although the calendar says otherwise."""

    __tablename__: ClassVar[str] = "closure_day"

    day: dt.date = Field(primary_key=True)
    reason: str = Field(max_length=200)
    added_by_id: int | None = None
    added_at: datetime


class PolicyChange(SQLModel, table=True):
    """One change that KSAF made to one timescale, or to its hours, in force from then on. Insert only."""

    __tablename__: ClassVar[str] = "policy_change"

    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True, description="From 1; the version of a policy ends in the newest")
    kind: str = Field(max_length=40, description="A kind of policy.toml, or `hours`")
    was: str = Field(max_length=2000, description="The figures before, as JSON")
    becomes: str = Field(max_length=2000, description="The figures since, as JSON")
    reason: str = Field(sa_type=EncryptedText)
    changed_by_id: int = Field(foreign_key="user_account.id")
    changed_by_name: str = Field(max_length=200)
    changed_at: datetime


class PolicyEdition(SQLModel, table=True):
    """What a policy.toml said that was installed, for the deadlines that were made under it. Insert only."""

    __tablename__: ClassVar[str] = "policy_edition"

    version: str = Field(primary_key=True, max_length=40)
    file: str = Field(sa_type=Text, description="The whole file, as it was installed")
    kept_at: datetime
