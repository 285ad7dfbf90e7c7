"""What KSAF found about a family, kept version by version."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.crypto import EncryptedJSON, EncryptedText
from portal.referrals.models import on_referral
from portal.tenancy import PartyScoped


class Assessment(PartyScoped, SQLModel, table=True):
    """One saved version of a referral's initial assessment; the newest holds, the others say what was thought before.

    KSAF's own: no partner reads it.
    """

    __table_args__ = on_referral(UniqueConstraint("referral_id", "version"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    version: int
    findings: dict[str, Any] = Field(sa_type=EncryptedJSON, description="What was found, by the aspect's key")
    level: int | None = Field(default=None, description="A level of needs.toml, on the scale of the child's area")
    signs: dict[str, Any] = Field(sa_type=EncryptedJSON, description='{"seen": keys of needs.toml}')
    why: str = Field(default="", sa_type=EncryptedText, description="Why this level")
    saved_by_id: int
    saved_by_name: str = Field(max_length=200)
    saved_at: datetime
