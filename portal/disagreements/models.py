"""A disagreement, what is said in it and the files that go with that: rows that its two sides alone reach."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Index, and_, or_
from sqlmodel import Field, SQLModel

from portal.columns import words
from portal.crypto import EncryptedText
from portal.disagreements.rules import Challenged, DisagreementState, Event, Outcome, Side, Stance, Turn
from portal.referrals.models import on_referral
from portal.tenancy import PartyScoped

SUBJECT = "disagreement"
"""What its deadlines are about."""
_WHILE_OPEN = "state = 'open'"


class BetweenSides(PartyScoped):
    """A row of the two sides of a disagreement, while each is a party to the referral: no other party reaches it."""

    challenger_id: Any
    answerer_id: Any

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the rows of the disagreements in which `tenant` is a side, of referrals it is a party to now."""
        return and_(or_(cls.challenger_id == tenant, cls.answerer_id == tenant), super().visible_to(tenant))

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow a side that has loaded the referral."""
        return tenant in (self.challenger_id, self.answerer_id) and super().written_by(tenant, reached)


class Disagreement(BetweenSides, SQLModel, table=True):
    """One challenge of one decision. What was challenged is never changed; where it stands is."""

    __table_args__ = on_referral(
        Index("ix_disagreement_referral", "referral_id", "id"),
        Index("ix_disagreement_challenger", "challenger_id", "state", "id"),
        Index("ix_disagreement_answerer", "answerer_id", "state", "id"),
        # A decision is challenged once at a time by the same side; the database says so, whoever acts at once.
        Index(
            "ix_disagreement_open",
            "referral_id",
            "kind",
            "challenger_id",
            "answerer_id",
            unique=True,
            postgresql_where=_WHILE_OPEN,
            sqlite_where=_WHILE_OPEN,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=20, description="Its own: what its address and its mail carry")
    organisation_id: int
    referral_id: int
    challenger_id: int = Field(foreign_key="organisation.id")
    answerer_id: int = Field(foreign_key="organisation.id")
    to_name: str = Field(max_length=200, description="The organisation that answers")
    kind: Challenged = Field(sa_type=words(Challenged))
    decided: str = Field(sa_type=EncryptedText, description="What was decided, as it stood when it was challenged")
    wanted: str = Field(sa_type=EncryptedText, description="What whoever challenges it asks for")
    raised_at: datetime
    raised_by_id: int = Field(foreign_key="user_account.id")
    raised_by_name: str = Field(max_length=200)
    raised_by_organisation: str = Field(max_length=200)
    state: DisagreementState = Field(default=DisagreementState.OPEN, sa_type=words(DisagreementState))
    stage: int = Field(default=0, description="0 to 4: rules.Stage")
    turn: Turn = Field(default=Turn.ANSWERER, sa_type=words(Turn))
    stage_since: datetime
    outcome: Outcome | None = Field(default=None, sa_type=words(Outcome))
    ended_at: datetime | None = None
    ended_by_name: str | None = Field(default=None, max_length=200)


class DisagreementEntry(BetweenSides, SQLModel, table=True):
    """One thing that was said at a stage, by whom, for which side. Insert only."""

    __tablename__: ClassVar[str] = "disagreement_entry"
    __table_args__ = on_referral(Index("ix_disagreement_entry_of", "disagreement_id", "id"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    challenger_id: int = Field(foreign_key="organisation.id")
    answerer_id: int = Field(foreign_key="organisation.id")
    disagreement_id: int = Field(foreign_key="disagreement.id")
    stage: int
    event: Event = Field(sa_type=words(Event))
    side: Side = Field(sa_type=words(Side))
    stance: Stance | None = Field(default=None, sa_type=words(Stance))
    said: str = Field(sa_type=EncryptedText)
    said_by_name: str = Field(max_length=200, description="Who speaks at this level: name and role")
    said_by_organisation: str = Field(max_length=200)
    at: datetime
    recorded_by_id: int = Field(foreign_key="user_account.id")
    recorded_by_name: str = Field(max_length=200)


class DisagreementFile(BetweenSides, SQLModel, table=True):
    """A file that came with something said: evidence for the two sides, in no list of the referral's files."""

    __tablename__: ClassVar[str] = "disagreement_file"
    __table_args__ = on_referral(Index("ix_disagreement_file_of", "disagreement_id", "id"))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries")
    organisation_id: int
    referral_id: int
    challenger_id: int = Field(foreign_key="organisation.id")
    answerer_id: int = Field(foreign_key="organisation.id")
    disagreement_id: int = Field(foreign_key="disagreement.id")
    entry_id: int = Field(foreign_key="disagreement_entry.id")
    filename: str = Field(sa_type=EncryptedText)
    content_type: str = Field(max_length=100)
    size: int
    digest: str = Field(max_length=64, description="SHA-256 of the plain bytes")
    stored_name: str = Field(unique=True, max_length=64)
    uploaded_by_id: int = Field(foreign_key="user_account.id")
    uploaded_by_name: str = Field(max_length=200)
    uploaded_at: datetime
    removed_at: datetime | None = Field(default=None, description="Since when its bytes are gone: an erasure's")
