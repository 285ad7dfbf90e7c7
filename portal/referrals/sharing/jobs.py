"""What happens to a sharing without anybody asking: KSAF is reminded before it ends. The end needs no job."""

from datetime import datetime

from sqlmodel import col, select

from portal.access.models import PartyRole, ReferralParty
from portal.db import Database
from portal.referrals import telling
from portal.referrals.models import Referral
from portal.referrals.sharing.rules import WARNING
from portal.timescales.news import News

MOST = 200
"""Reminders a pass; the next pass has the rest."""


def remind(database: Database, now: datetime) -> int:
    """Tell KSAF once of each sharing that ends within WARNING after `now`; return of how many."""
    with database.system_transaction() as session:
        soon = (
            select(ReferralParty, Referral)
            .join(Referral, col(Referral.id) == col(ReferralParty.referral_id))
            .where(
                col(ReferralParty.role) == PartyRole.SHARED,
                col(ReferralParty.valid_to) > now,
                col(ReferralParty.valid_to) <= now + WARNING,
                col(ReferralParty.reminded_at).is_(None),
            )
            .order_by(col(ReferralParty.valid_to), col(ReferralParty.id))
            .limit(MOST)
            .with_for_update(of=ReferralParty, skip_locked=True)
        )
        found = session.execute(soon).all()
        for party, referral in found:
            party.reminded_at = now
            telling.prompt_operator(referral, News.SHARING_ENDS)
        return len(found)
