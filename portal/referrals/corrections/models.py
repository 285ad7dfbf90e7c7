"""One statement beside a record."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedText
from portal.referrals.models import on_referral
from portal.tenancy import PartyScoped


class Corrected(StrEnum):
    """What of a record a statement is about: whoever reads that reads the statement."""

    REFERRAL = "referral"
    SAFEGUARDING = "safeguarding"
    HEALTH = "health"
    THIRD_PARTIES = "third_parties"
    INTERNAL = "internal"


class RecordCorrection(PartyScoped, SQLModel, table=True):
    """What was said to be wrong and what is right, or somebody's own view of it. Insert only."""

    __tablename__: ClassVar[str] = "record_correction"
    __table_args__ = on_referral(Index("ix_record_correction_referral", "referral_id", "id"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    part: Corrected = Field(sa_type=words(Corrected))
    is_corrected: bool = Field(description="Whether KSAF agrees; otherwise the view of whoever asked stands here")
    wrong: str = Field(sa_type=EncryptedText, description="What is said to be wrong, and where it stands")
    statement: str = Field(sa_type=EncryptedText, description="What is right, or their view")
    made_at: datetime
    made_by_name: str = Field(max_length=200)
