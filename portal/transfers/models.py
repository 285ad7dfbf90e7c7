"""An offer of a family to another service, what it was shown, and the link for a service without an account."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, or_
from sqlmodel import Field, SQLModel, col

from portal.access.roles import OrganisationKind
from portal.columns import words
from portal.crypto import EncryptedJSON, EncryptedText
from portal.referrals.models import on_referral
from portal.tenancy import PartyScoped
from portal.transfers.rules import TransferState


class Transfer(PartyScoped, SQLModel, table=True):
    """One offer: reached by the referral's parties, and by the service it is offered to, which reaches only this row.

    The service is an organisation on the portal (`to_organisation_id`) or off it, by its name and e-mail.
    """

    __table_args__ = on_referral(
        Index("ix_transfer_referral", "referral_id", "id"),
        Index("ix_transfer_receiver", "to_organisation_id", "state", "id"),
        CheckConstraint("to_organisation_id IS NOT NULL OR to_email IS NOT NULL", name="reaches_somebody"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40, description="Public: what its address carries")
    organisation_id: int
    referral_id: int
    to_organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    to_name: str = Field(max_length=200)
    to_email: str | None = Field(default=None, max_length=254)
    to_phone: str | None = Field(default=None, max_length=40)
    to_kind: OrganisationKind | None = Field(default=None, sa_type=words(OrganisationKind))
    state: TransferState = Field(default=TransferState.OFFERED, sa_type=words(TransferState))
    basis: str = Field(max_length=40, description="consent, or protection with a manager's statutory basis")
    basis_why: str | None = Field(default=None, sa_type=EncryptedText, description="KSAF's own")
    content: dict[str, Any] = Field(sa_type=EncryptedJSON, description="Frozen: what the receiver reads, by heading")
    offered_at: datetime
    offered_by_id: int = Field(foreign_key="user_account.id")
    offered_by_name: str = Field(max_length=200)
    answered_at: datetime | None = None
    answered_by_name: str | None = Field(default=None, max_length=200)
    answered_by_role: str | None = Field(default=None, max_length=200)
    family_contact: str | None = Field(
        default=None, sa_type=EncryptedText, description="Who of the service that accepted will contact the family"
    )
    answer_why: str | None = Field(default=None, sa_type=EncryptedText, description="Why it was declined or withdrawn")

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the offers of referrals to which `tenant` is a party now, and those made to it."""
        return or_(super().visible_to(tenant), col(cls.to_organisation_id) == tenant)

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow whoever has loaded the referral, and the service that answers its own offer; a new one is no answer."""
        is_answer = self.id is not None and self.to_organisation_id == tenant
        return is_answer or super().written_by(tenant, reached)


class Handover(PartyScoped, SQLModel, table=True):
    """One link by which a service without an account reads an offer and answers it, once.

    Of the link, of the code that proves its e-mail and of the browser that has proved it only hashes are kept.
    """

    __table_args__ = on_referral(Index("ix_handover_transfer", "transfer_id", "id"))

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int
    referral_id: int
    transfer_id: int = Field(foreign_key="transfer.id")
    key_hash: str = Field(unique=True, max_length=64)
    sent_at: datetime
    expires_at: datetime
    ended_at: datetime | None = Field(default=None, description="Replaced by a newer link, or the offer is withdrawn")
    answered_at: datetime | None = None
    code_hash: str | None = Field(default=None, max_length=64)
    code_expires_at: datetime | None = None
    wrong_codes: int = Field(default=0, description="Over the whole life of the link")
    proof_hash: str | None = Field(default=None, max_length=64)
    proved_until: datetime | None = None
