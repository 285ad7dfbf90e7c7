"""The link by which a parent, carer or young person answers for themselves."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.referrals.models import on_referral
from portal.tenancy import PartyScoped


class ForWhom(StrEnum):
    """Whose answer a link takes."""

    PARENT = "parent"
    YOUNG_PERSON = "young_person"


class Way(StrEnum):
    """How a link reaches them."""

    EMAIL = "email"
    PAPER = "paper"
    SCREEN = "screen"


class ConsentLink(PartyScoped, SQLModel, table=True):
    """One link, as long as it lives. Of its secret, and of the browser that has proved itself, only hashes are kept.

    A link made anew for the same person, at their own request, carries on the `thread` of the one before.
    """

    __tablename__: ClassVar[str] = "consent_link"
    __table_args__ = on_referral(
        Index("ix_consent_link_referral", "referral_id", "id"),
        Index("ix_consent_link_waiting", "ended_at", "answered_at", "remind_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries on the portal")
    key_hash: str = Field(unique=True, max_length=64)
    thread: str = Field(max_length=40, description="The same for every link of one person")
    for_whom: ForWhom = Field(sa_type=words(ForWhom))
    way: Way = Field(sa_type=words(Way))
    email: str | None = Field(default=None, sa_type=EncryptedText)
    made_by_id: int = Field(foreign_key="user_account.id")
    made_by_name: str = Field(max_length=200)
    made_for_id: int = Field(foreign_key="organisation.id", description="The organisation whose person made it")
    sent_at: datetime
    remind_at: datetime
    expires_at: datetime
    reminded_at: datetime | None = None
    run_out_told_at: datetime | None = Field(default=None, description="When its maker was told that it ran out")
    ended_at: datetime | None = Field(default=None, description="Replaced, or stopped by whoever may make one")
    opened_at: datetime | None = Field(default=None, description="When somebody first proved themselves")
    answered_at: datetime | None = Field(default=None, description="The newest answer")
    wrong_dates: int = Field(default=0, description="Over the whole life of the link")
    proof_hash: str | None = Field(default=None, max_length=64)
    proved_until: datetime | None = None
    draft: dict[str, Any] | None = Field(
        default=None, sa_type=EncryptedJSON, description="What has been typed and not been sent yet, step by step"
    )
