"""How KSAF's queue stands, counted by time left."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.referrals.models import Referral, WaitingOn
from portal.referrals.rules import OPEN
from portal.timescales import closures


@dataclass(frozen=True)
class QueueSummary:
    """Open referrals: missed by KSAF, due from it today or later, with a referrer, to be read first."""

    missed: int
    today: int
    later: int
    with_referrer: int
    urgent: int


def summary(actor: Actor) -> QueueSummary:
    """Return how many referrals of each kind are within `actor`'s reach now: one query, over what is open only."""
    del actor
    now, calendar = clock.now(), closures.calendar()
    close = calendar.closing_on(calendar.local_date(now))
    due, ours = col(Referral.next_due_at), col(Referral.waiting_on) == WaitingOn.OPERATOR
    missed = and_(ours, due <= now)
    today = and_(ours, due > now, due <= close)
    counted: Any = select(  # pyright: ignore[reportCallIssue] - SQLModel types four columns at most
        func.count(case((missed, 1))),
        func.count(case((today, 1))),
        func.count(case((and_(ours, func.coalesce(due > close, True)), 1))),
        func.count(case((col(Referral.waiting_on) == WaitingOn.REFERRER, 1))),
        func.count(case((col(Referral.is_urgent), 1))),
    ).where(col(Referral.waiting_on).in_((WaitingOn.OPERATOR, WaitingOn.REFERRER)), col(Referral.state).in_(OPEN))
    return QueueSummary(*db.session().execute(counted).one())
