"""Reading the statements beside a record, as far as somebody reads what each is about."""

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import ReferralParty, Scope
from portal.referrals.corrections.models import Corrected, RecordCorrection
from portal.referrals.models import Referral
from portal.referrals.queries import concerns, open_parts

TOLD = {
    Corrected.REFERRAL: "What the referral says",
    Corrected.SAFEGUARDING: "Safeguarding",
    Corrected.HEALTH: "Health",
    Corrected.THIRD_PARTIES: "Other people",
    Corrected.INTERNAL: "KSAF’s own notes, which KSAF alone reads",
}


def of_referral(actor: Actor, referral: Referral) -> list[RecordCorrection]:
    """Return the statements beside a referral that `actor` has loaded, the newest first: those they may read."""
    made = select(RecordCorrection).where(
        col(RecordCorrection.referral_id) == referral.id, col(RecordCorrection.part).in_(_readable(actor, referral))
    )
    return list(db.session().scalars(made.order_by(col(RecordCorrection.id).desc())).all())


def _readable(actor: Actor, referral: Referral) -> list[Corrected]:
    if actor.is_operator:
        return list(Corrected)
    if not concerns(actor, referral) and not _sees_all(actor, referral):
        return []
    return [Corrected.REFERRAL, *(Corrected(part.value) for part in open_parts(actor, referral))]


def _sees_all(actor: Actor, referral: Referral) -> bool:
    mine = select(ReferralParty.id).where(
        col(ReferralParty.referral_id) == referral.id,
        col(ReferralParty.organisation_id) == actor.organisation_id,
        col(ReferralParty.scope) == Scope.ALL,
        ReferralParty.is_live(clock.now()),
    )
    return db.session().scalars(mine.limit(1)).first() is not None
