"""Reading concerns: the safeguarding team and managers all of them, whoever raised one its receipt, nobody else."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal import db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.referrals.models import Referral
from portal.safeguarding.models import SUBJECT, Concern, ConcernDecision, ConcernReceipt
from portal.timescales.models import Deadline

RECEIPTS = 50
"""How many of their own receipts somebody sees, the newest: ours."""


@dataclass(frozen=True)
class OpenedConcern:
    """One concern with the referral it is about, and its deadline where the page of one needs it."""

    concern: Concern
    referral: Referral
    deadline: Deadline | None = None


def may_read(actor: Actor) -> bool:
    """Say whether `actor` reads what concerns say, in the session that is open. DOMAIN: need to know."""
    return actor.may(Permission.CONCERN_READ) and db.session().info["tenant"] == actor.organisation_id


def open_concern(actor: Actor, reference: str) -> OpenedConcern | None:
    """Return the concern `reference` if `actor` may read concerns at all, else None: nobody is told there is one.

    A writing request takes the row's lock with it, so that two people act one after the other.
    """
    if not may_read(actor):
        return None
    wanted = (
        select(Concern, Referral, Deadline)
        .join(Referral, col(Referral.id) == col(Concern.referral_id))
        .outerjoin(Deadline, owed())
        .where(col(Concern.reference) == reference, col(Referral.anonymised_at).is_(None))
    )
    if db.session().info["writes"]:
        wanted = wanted.with_for_update(of=Concern)
    found = db.session().execute(wanted).first()
    return OpenedConcern(*found) if found else None


def owed() -> ColumnElement[bool]:
    """Return the SQL that ties a deadline to its concern."""
    return and_(col(Deadline.subject_type) == SUBJECT, col(Deadline.subject_id) == col(Concern.id))


def decisions_of(actor: Actor, concern: Concern) -> list[ConcernDecision]:
    """Return what has been decided about a concern that `actor` has opened, the first decision first."""
    if not may_read(actor):
        return []
    made = select(ConcernDecision).where(col(ConcernDecision.concern_id) == concern.id)
    return list(db.session().scalars(made.order_by(col(ConcernDecision.id))).all())


def receipt_of(actor: Actor, concern: Concern) -> ConcernReceipt:
    """Return the receipt of a concern that `actor` has opened. Raises NoResultFound where there is none."""
    del actor
    wanted = select(ConcernReceipt).where(col(ConcernReceipt.concern_id) == concern.id)
    return db.session().scalars(wanted).one()


def own_receipts(actor: Actor) -> list[ConcernReceipt]:
    """Return the receipts of what `actor` raised for the organisation they act for, the newest first."""
    mine = _own(actor).order_by(col(ConcernReceipt.id).desc()).limit(RECEIPTS)
    return list(db.session().scalars(mine).all())


def own_receipt(actor: Actor, reference: str) -> ConcernReceipt | None:
    """Return the receipt of the concern `reference` if `actor` raised it, else None."""
    return db.session().scalars(_own(actor).where(col(ConcernReceipt.reference) == reference)).first()


def _own(actor: Actor) -> SelectOfScalar[ConcernReceipt]:
    return select(ConcernReceipt).where(
        col(ConcernReceipt.raised_by_id) == actor.user_id, col(ConcernReceipt.owed_to_id) == actor.organisation_id
    )
