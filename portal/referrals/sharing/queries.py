"""Reading KSAF's decisions to share without consent: of one referral, by its key, and what waits for a manager."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral
from portal.referrals.sharing import rules
from portal.referrals.sharing.models import Course, Duty, SharingDecision, SharingSettlement, SharingStep

MOST = 50
"""How many wait in a manager's list at once. Each one settled makes room for the next."""


@dataclass(frozen=True)
class Decided:
    """One decision with the referral it is about, how it was settled, and what was done since, the oldest first."""

    referral: Referral
    decision: SharingDecision
    settlement: SharingSettlement | None
    steps: Sequence[SharingStep] = ()

    @property
    def outstanding(self) -> list[Duty]:
        """Return what it still owes: nothing before it is authorised."""
        is_open = self.settlement is not None and self.settlement.is_authorised
        return rules.outstanding(self.decision, self.steps) if is_open else []

    @property
    def waits(self) -> bool:
        """Say whether it waits for a manager."""
        return self.settlement is None and self.decision.course is Course.SHARE


def of_referral(actor: Actor, referral: Referral) -> list[Decided]:
    """Return every decision about `referral`, the newest first; none to whoever need not know of them."""
    if not actor.may(Permission.SHARING_READ) or db.session().info["tenant"] != actor.organisation_id:
        return []
    rows: Sequence[Any] = db.session().execute(_settled().where(col(SharingDecision.referral_id) == referral.id)).all()
    mine = select(SharingDecision.id).where(col(SharingDecision.referral_id) == referral.id)
    taken = select(SharingStep).where(col(SharingStep.decision_id).in_(mine)).order_by(col(SharingStep.id))
    steps = db.session().scalars(taken).all() if rows else []
    return [
        Decided(referral, decision, settlement, [step for step in steps if step.decision_id == decision.id])
        for decision, settlement in rows
    ]


def open_decision(actor: Actor, reference: str, key: str) -> Decided | None:
    """Return the decision `key` about `reference`, or None; a writing request takes the referral's lock."""
    referral = get_own_referral(actor, reference)
    if referral is None:
        return None
    return next((each for each in of_referral(actor, referral) if each.decision.key == key), None)


def open_for_settling(actor: Actor, reference: str, key: str) -> Decided | None:
    """Return as `open_decision`, for those who may settle it: for anybody else there is nothing to settle."""
    return open_decision(actor, reference, key) if actor.may(Permission.SHARING_AUTHORISE) else None


def waiting(actor: Actor) -> list[Decided]:
    """Return the decisions that no manager has settled, the longest wait first, at most `MOST`: one query."""
    if not actor.may(Permission.SHARING_AUTHORISE) or db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted: Any = (
        select(SharingDecision, Referral)
        .join(Referral, col(Referral.id) == col(SharingDecision.referral_id))
        .outerjoin(SharingSettlement, col(SharingSettlement.decision_id) == col(SharingDecision.id))
        .where(col(SharingSettlement.id).is_(None), col(SharingDecision.course) == Course.SHARE)
        .order_by(col(SharingDecision.id))
        .limit(MOST)
    )
    rows: Sequence[Any] = db.session().execute(wanted).all()
    return [Decided(referral, decision, None) for decision, referral in rows]


def _settled() -> Any:
    newest_first = col(SharingDecision.id).desc()
    return (
        select(SharingDecision, SharingSettlement)
        .outerjoin(SharingSettlement, col(SharingSettlement.decision_id) == col(SharingDecision.id))
        .order_by(newest_first)
    )
