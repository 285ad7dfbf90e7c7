"""Two things of the reader's own in one query: whether their organisation has agreed, and what became of concerns."""

from dataclasses import dataclass

from sqlalchemy import and_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.organisations import terms
from portal.organisations.models import Agreement, Organisation
from portal.safeguarding.models import ConcernReceipt

MOST = 6
"""How many of the newest receipts a first page shows: ours."""


@dataclass(frozen=True)
class Standing:
    """Whether the reader's organisation has accepted the current terms, and the receipts of what they raised there."""

    has_agreed: bool
    receipts: list[ConcernReceipt]


def of(actor: Actor) -> Standing:
    """Return how `actor` stands in the organisation they act for, the newest receipt first."""
    agreed = and_(col(Agreement.organisation_id) == col(Organisation.id), col(Agreement.version) == terms.current().id)
    raised = and_(
        col(ConcernReceipt.owed_to_id) == col(Organisation.id), col(ConcernReceipt.raised_by_id) == actor.user_id
    )
    # From the organisation, which is always there: so that one query says it of somebody with neither.
    wanted = (
        select(Agreement.id, ConcernReceipt)
        .select_from(Organisation)
        .outerjoin(Agreement, agreed)
        .outerjoin(ConcernReceipt, raised)
        .where(col(Organisation.id) == actor.organisation_id)
        .order_by(col(ConcernReceipt.id).desc())
        .limit(MOST)
    )
    found = db.session().execute(wanted).all()
    receipts = {receipt.id: receipt for _, receipt in found if receipt}
    return Standing(any(agreement for agreement, _ in found), list(receipts.values()))
