"""What happens without anybody asking: once somebody's access to a referral has ended, what hung on it is let go.

The end itself needs no job: the request after it finds nothing.
"""

from datetime import datetime

from sqlmodel import col, select

from portal.changes import access, disagreements
from portal.db import Database
from portal.organisations.queries import operator
from portal.referrals.models import Referral
from portal.referrals.sharing.models import SchoolMove

MOST = 50
"""Referrals a pass; the next pass has the rest."""


def let_go(database: Database, now: datetime) -> int:
    """Let go of what hung on each sender whose access has ended by `now`; return of how many referrals."""
    with database.system_transaction() as session:
        over = (
            select(SchoolMove, Referral)
            .join(Referral, col(Referral.id) == col(SchoolMove.referral_id))
            .where(
                col(SchoolMove.access_until) <= now,
                col(SchoolMove.access_let_go_at).is_(None),
                col(Referral.sender_until) <= now,
            )
            .order_by(col(SchoolMove.id))
            .limit(MOST)
            .with_for_update(of=Referral, skip_locked=True)
        )
        done = 0
        for move, referral in session.execute(over).all():
            # Two changes of school of one child end the same access once.
            if move.access_let_go_at is None:
                access.let_go(access.ByItself(operator().id or 0), referral)
                done += 1
        return done


def let_go_of_disagreements(database: Database, now: datetime) -> int:
    """Let go of what organisations that see a referral no more by `now` have open on disagreements; return how many."""
    with database.system_transaction():
        return disagreements.let_go(now)
