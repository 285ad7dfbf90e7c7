"""A question about attendance to the family or to a school that has no part in the referral otherwise."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, Index, or_
from sqlmodel import Field, SQLModel, col

from portal.crypto import EncryptedText
from portal.referrals.models import on_referral
from portal.tenancy import PartyScoped


class ContextRequest(PartyScoped, SQLModel, table=True):
    """One question: reached by the referral's parties, and by the school that is asked, which reaches only this row.

    The family (`to_organisation_id` is None) is asked by phone.
    """

    __tablename__: ClassVar[str] = "context_request"
    __table_args__ = on_referral(
        Index("ix_context_request_referral", "referral_id", "id"),
        Index("ix_context_request_asked", "to_organisation_id", "reference"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    reference: str = Field(max_length=20, description="The referral's own: a school finds the question by it")
    to_organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    to_name: str = Field(max_length=200)
    basis: str = Field(max_length=200, description="What lets KSAF ask them, and since when")
    about: str = Field(sa_type=EncryptedText, description="The child as the school knows them: name and birthday")
    question: str = Field(sa_type=EncryptedText)
    asked_by_id: int = Field(foreign_key="user_account.id")
    asked_by_name: str = Field(max_length=200)
    asked_at: datetime
    due_at: datetime
    answer: str | None = Field(
        default=None, sa_type=EncryptedText, description="KSAF's own, and the school's that gave it"
    )
    said_by: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = None
    cancelled_at: datetime | None = None

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the questions about referrals to which `tenant` is a party now, and those put to it."""
        return or_(super().visible_to(tenant), col(cls.to_organisation_id) == tenant)

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow whoever has loaded the referral, and the school that answers; a new one is no answer."""
        is_answer = self.id is not None and self.to_organisation_id == tenant
        return is_answer or super().written_by(tenant, reached)
