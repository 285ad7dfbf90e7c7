"""A concern, what was decided about it, what of it is in CPOMS, and the receipt of whoever raised it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedText
from portal.safeguarding.rules import ConcernState, Danger, Outcome
from portal.tenancy import BetweenTwo, OrganisationOwned

SUBJECT = "concern"
"""What its deadline is about."""


class Concern(OrganisationOwned, SQLModel, table=True):
    """What somebody saw, heard or was told. Its words are never changed; where it stands is.

    KSAF's row, not the referral's parties': it may be about somebody at the school that referred the child. It has a
    reference of its own, so that nothing about the referral (its deadlines, its mail) tells that there is a concern.
    """

    __table_args__ = (
        ForeignKeyConstraint(["owner_organisation_id", "referral_id"], ["referral.organisation_id", "referral.id"]),
        Index("ix_concern_referral", "referral_id", "id"),
        Index("ix_concern_state", "organisation_id", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=20, description="Public: what its address and its mail carry")
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    owner_organisation_id: int
    referral_id: int
    week_number: int | None = Field(default=None, description="The week of support whose update it came with")
    danger: Danger = Field(sa_type=words(Danger))
    seen: str = Field(sa_type=EncryptedText, description="What was seen or heard")
    said: str = Field(sa_type=EncryptedText, description="The child's own words")
    opinion: str = Field(sa_type=EncryptedText, description="What its writer makes of it, apart from the facts")
    witness: str = Field(sa_type=EncryptedText, description="Who saw or heard it")
    happened_at: datetime | None = Field(default=None, description="None where the words alone say when")
    raised_at: datetime
    raised_by_id: int = Field(foreign_key="user_account.id")
    raised_by_name: str = Field(max_length=200)
    raised_by_organisation: str = Field(max_length=200)
    state: ConcernState = Field(default=ConcernState.RAISED, sa_type=words(ConcernState))
    looked_at: datetime | None = None
    looked_at_by_name: str | None = Field(default=None, max_length=200)
    decided_at: datetime | None = Field(default=None, description="When the newest decision was made")


class ConcernReceipt(BetweenTwo, SQLModel, table=True):
    """What whoever raised a concern sees of it: that KSAF has it, and that it was looked at. Nothing it says."""

    __tablename__: ClassVar[str] = "concern_receipt"
    __table_args__ = (Index("ix_concern_receipt_mine", "raised_by_id", "owed_to_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=20, description="The concern's own")
    concern_id: int = Field(foreign_key="concern.id", unique=True)
    owed_by_id: int = Field(foreign_key="organisation.id", description="KSAF, which looks at it")
    owed_to_id: int = Field(foreign_key="organisation.id", description="Where whoever raised it works")
    raised_by_id: int = Field(foreign_key="user_account.id")
    about: str = Field(max_length=20, description="The referral's reference")
    area: str = Field(max_length=20, description="Where the child is: whose numbers to call")
    is_urgent: bool
    raised_at: datetime
    look_by: datetime
    looked_at: datetime | None = None


class ConcernDecision(OrganisationOwned, SQLModel, table=True):
    """One decision about a concern, and why. Insert only: a later one follows it, and neither is changed."""

    __tablename__: ClassVar[str] = "concern_decision"
    __table_args__ = (Index("ix_concern_decision_concern", "concern_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    concern_id: int = Field(foreign_key="concern.id")
    outcome: Outcome = Field(sa_type=words(Outcome))
    rationale: str = Field(sa_type=EncryptedText)
    spoke_to: str = Field(sa_type=EncryptedText, description="Whom they spoke to outside KSAF, and what was said")
    manager_name: str = Field(max_length=200, description="Who agreed; empty where no manager was reached in time")
    decided_at: datetime
    decided_by_id: int = Field(foreign_key="user_account.id")
    decided_by_name: str = Field(max_length=200)


class CpomsRecord(OrganisationOwned, SQLModel, table=True):
    """That something has been recorded in CPOMS, by whom and when. Insert only."""

    __tablename__: ClassVar[str] = "cpoms_record"
    __table_args__ = (UniqueConstraint("kind", "item_key"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    kind: str = Field(max_length=20, description="concern, decision, statutory or contact")
    item_key: str = Field(max_length=40, description="The reference or key of what was recorded")
    recorded_at: datetime
    recorded_by_id: int = Field(foreign_key="user_account.id")
    recorded_by_name: str = Field(max_length=200)
