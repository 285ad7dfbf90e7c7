"""People, memberships, and everything sign-in keeps. A person is nobody's row; a membership is its organisation's."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from secrets import token_urlsafe
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.access.roles import Role
from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.tenancy import OrganisationOwned


class User(SQLModel, table=True):
    """A person with an account."""

    __tablename__: ClassVar[str] = "user_account"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, max_length=254, description="Kept in lower case")
    name: str = Field(max_length=200)
    job_title: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    password_hash: str | None = None
    totp_secret: str | None = Field(default=None, sa_type=EncryptedText)
    totp_confirmed_at: datetime | None = None
    totp_last_step: int = Field(
        default=0, description="The last 30-second step whose code was used: each code is taken once"
    )
    terms_version: str | None = Field(default=None, max_length=40, description="The terms of use they accepted last")
    terms_accepted_at: datetime | None = None
    disabled_at: datetime | None = None
    created_at: datetime


class MailRhythm(StrEnum):
    """When somebody hears by mail of what can wait. What is urgent is mailed at once, whatever they chose."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Membership(OrganisationOwned, SQLModel, table=True):
    """One person's role in one organisation, until it ends."""

    __table_args__ = (
        UniqueConstraint("organisation_id", "user_id"),
        Index("ix_membership_user", "user_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=lambda: token_urlsafe(12), unique=True, max_length=40, description="Public")
    organisation_id: int = Field(foreign_key="organisation.id")
    user_id: int = Field(foreign_key="user_account.id")
    role: Role = Field(sa_type=words(Role))
    started_at: datetime
    ended_at: datetime | None = None
    mail_rhythm: MailRhythm = Field(
        default=MailRhythm.AT_ONCE, sa_type=words(MailRhythm), sa_column_kwargs={"server_default": "at_once"}
    )
    digest_on: dt.date | None = Field(default=None, description="The day of their last summary by mail")


class Invitation(OrganisationOwned, SQLModel, table=True):
    """An invitation to join; the link carries its key, signed, and works once."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    email: str = Field(max_length=254)
    role: Role = Field(sa_type=words(Role))
    invited_by_id: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    cancelled_at: datetime | None = None


class AccountSession(SQLModel, table=True):
    """One signed-in browser. The cookie holds a random token, this row its hash, so it can be ended from here."""

    __tablename__: ClassVar[str] = "account_session"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", description="The one in use")
    browser: str = Field(default="", max_length=200)
    created_at: datetime
    last_seen_at: datetime
    second_factor_at: datetime | None = None
    ended_at: datetime | None = None


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the authenticator app, once."""

    __tablename__: ClassVar[str] = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = None


class PasswordReset(SQLModel, table=True):
    """A single-use reset link."""

    __tablename__: ClassVar[str] = "password_reset"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class SignInAttempt(SQLModel, table=True):
    """A try at something guessable, counted by what was tried (`bucket`: a keyed hash, never the address itself)."""

    __tablename__: ClassVar[str] = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_bucket_at", "bucket", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    bucket: str = Field(max_length=64)
    kind: str = Field(default="", max_length=20, description="As throttle.take was given it")
    at: datetime


class HeldForm(SQLModel, table=True):
    """What somebody sent after their session had ended: kept, and given back once they have signed in again."""

    __tablename__: ClassVar[str] = "held_form"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    organisation_id: int | None = None
    path: str = Field(max_length=300)
    fields: dict[str, Any] = Field(sa_type=EncryptedJSON)
    held_at: datetime
