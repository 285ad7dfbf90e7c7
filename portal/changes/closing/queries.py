"""What an organisation still has, before it is closed: by reference alone, since administrators read no record."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, literal, union_all
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import PartyRole, ReferralParty
from portal.access.policy import Permission
from portal.access.roles import OrganisationKind
from portal.accounts.models import Invitation
from portal.organisations.models import Organisation
from portal.organisations.queries import get_organisation
from portal.referrals.models import Referral
from portal.referrals.rules import ENDED, State
from portal.tenancy import as_system
from portal.timescales.models import Deadline
from portal.transfers.models import Transfer
from portal.transfers.rules import TransferState
from portal.triage.context.models import ContextRequest


class Has(StrEnum):
    """One kind of thing that an organisation can still have."""

    REFERRAL = "referral"
    DRAFT = "draft"
    SHARED = "shared"
    OFFER = "offer"
    QUESTION = "question"
    DEADLINE = "deadline"
    INVITATION = "invitation"


@dataclass(frozen=True)
class Holding:
    """What an organisation still has: references by kind, in order; an invitation has none."""

    by_kind: dict[Has, list[str]] = field(default_factory=dict[Has, list[str]])

    def of(self, kind: Has | str) -> list[str]:
        """Return the references of one kind."""
        return self.by_kind.get(Has(kind), [])


def get_partner(actor: Actor, key: str) -> Organisation | None:
    """Return as `get_organisation` any organisation but KSAF, which neither closes nor moves; to its own people too."""
    found = get_organisation(actor, key)
    if found is None or (found.kind is OrganisationKind.OPERATOR and actor.may(Permission.ORGANISATION_READ)):
        return None
    return found


def holding(organisation: Organisation) -> Holding:
    """Return what `organisation` still has, for who may close it: one query."""
    home = organisation.id
    live = (col(Referral.organisation_id) == home, col(Referral.state).not_in(ENDED))
    parts = (
        _some(Has.REFERRAL, Referral, *live, col(Referral.state) != State.DRAFT, _is_seen_by_sender()),
        _some(Has.DRAFT, Referral, *live, col(Referral.state) == State.DRAFT),
        _shared(home),
        _offers(home),
        _some(
            Has.QUESTION,
            ContextRequest,
            col(ContextRequest.to_organisation_id) == home,
            col(ContextRequest.answered_at).is_(None),
            col(ContextRequest.cancelled_at).is_(None),
        ),
        _some(Has.DEADLINE, Deadline, col(Deadline.owed_by_id) == home, col(Deadline.ended_at).is_(None)),
        select(literal(Has.INVITATION.value), literal("")).where(
            col(Invitation.organisation_id) == home,
            col(Invitation.used_at).is_(None),
            col(Invitation.cancelled_at).is_(None),
            col(Invitation.expires_at) > clock.now(),
        ),
    )
    found: defaultdict[Has, list[str]] = defaultdict(list)
    with as_system(db.session()):  # what other organisations' rows say of this one is theirs
        rows: Any = db.session().execute(union_all(*parts)).all()
    for kind, reference in rows:
        found[Has(kind)].append(reference)
    return Holding({kind: sorted(references) for kind, references in found.items()})


def _some(kind: Has, table: Any, *where: ColumnElement[bool]) -> Any:
    return select(literal(kind.value), col(table.reference)).where(*where)


def _shared(home: int | None) -> Any:
    on_table = select(literal(Has.SHARED.value), col(Referral.reference)).join(
        ReferralParty, col(ReferralParty.referral_id) == col(Referral.id)
    )
    return on_table.where(
        col(ReferralParty.organisation_id) == home,
        col(ReferralParty.role) == PartyRole.SHARED,
        ReferralParty.is_live(clock.now()),
    )


def _offers(home: int | None) -> Any:
    offered = select(literal(Has.OFFER.value), col(Referral.reference)).join(
        Transfer, col(Transfer.referral_id) == col(Referral.id)
    )
    return offered.where(col(Transfer.to_organisation_id) == home, col(Transfer.state) == TransferState.OFFERED)


def _is_seen_by_sender() -> ColumnElement[bool]:
    return col(Referral.sender_until).is_(None) | (col(Referral.sender_until) > clock.now())
