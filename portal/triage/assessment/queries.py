"""Reading assessments. They are KSAF's own: to a partner there is none."""

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.referrals.models import Referral
from portal.triage.assessment.models import Assessment


def newest(actor: Actor, referral: Referral) -> Assessment | None:
    """Return the newest version for a referral that `actor` has loaded, or None."""
    if not actor.is_operator or db.session().info["tenant"] != actor.organisation_id:
        return None
    wanted = select(Assessment).where(col(Assessment.referral_id) == referral.id)
    return db.session().scalars(wanted.order_by(col(Assessment.version).desc()).limit(1)).first()
