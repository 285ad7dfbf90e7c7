"""Decisions: proposed by triage, authorised or returned by a manager."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedText
from portal.tenancy import PartyScoped


class Outcome(StrEnum):
    """Where a family goes from here."""

    PATHWAY_1 = "pathway_1"
    PATHWAY_2 = "pathway_2"
    PATHWAY_3 = "pathway_3"
    NOT_ACCEPTED = "not_accepted"


class DecisionState(StrEnum):
    """Where a decision stands; only an authorised one is told to the referrer."""

    PROPOSED = "proposed"
    RETURNED = "returned"
    AUTHORISED = "authorised"
    OVERTAKEN = "overtaken"


class Decision(PartyScoped, SQLModel, table=True):
    """One proposed disposal of a referral."""

    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        Index("ix_decision_referral", "referral_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    outcome: Outcome = Field(sa_type=words(Outcome))
    reason: str | None = Field(default=None, max_length=40, description="Not accepted: a key of triage/rules.py")
    rationale: str = Field(sa_type=EncryptedText, description="KSAF's own record")
    explanation: str = Field(sa_type=EncryptedText, description="The reason as the referrer reads it")
    next_option: str = Field(sa_type=EncryptedText, description="What the family can do next")
    state: DecisionState = Field(default=DecisionState.PROPOSED, sa_type=words(DecisionState))
    proposed_by_id: int
    proposed_by_name: str = Field(max_length=200)
    proposed_at: datetime
    settled_by_id: int | None = None
    settled_by_name: str | None = Field(default=None, max_length=200)
    settled_at: datetime | None = None
    comment: str | None = Field(default=None, sa_type=EncryptedText)
