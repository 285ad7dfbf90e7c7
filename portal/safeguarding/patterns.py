"""What else has been raised: about the same child across the weeks, and about other children of the same home."""

from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.referrals.models import Referral
from portal.safeguarding import queries
from portal.safeguarding.models import Concern
from portal.safeguarding.queries import OpenedConcern

MOST = 50
"""How many other concerns a page names, the newest: ours."""


@dataclass(frozen=True)
class Pattern:
    """The other concerns about the same child, and those about children at the same address; the newest first each."""

    child: list[OpenedConcern]
    household: list[OpenedConcern]


def about(actor: Actor, referral: Referral) -> list[Concern]:
    """Return every concern about a referral that `actor` may read, the first that was raised first."""
    if not queries.may_read(actor):
        return []
    wanted = select(Concern).where(col(Concern.referral_id) == referral.id)
    return list(db.session().scalars(wanted.order_by(col(Concern.id))).all())


def around(actor: Actor, opened: OpenedConcern, limit: int | None = MOST) -> Pattern:
    """Return what else was raised about the child of a concern, or about others of the household, in one query.

    At most `limit` of them, the newest; all where it is None.

    The same home is what `referrals/household.py` makes of the address; a child referred twice counts as of the home.
    """
    if not queries.may_read(actor):
        return Pattern([], [])
    referral = opened.referral
    near = [col(Referral.id) == referral.id]
    if referral.household_key:
        near.append(col(Referral.household_key) == referral.household_key)
    wanted = (
        select(Concern, Referral)
        .join(Referral, col(Referral.id) == col(Concern.referral_id))
        .where(or_(*near), col(Concern.id) != opened.concern.id)
        .order_by(col(Concern.id).desc())
        .limit(limit)
    )
    found = [OpenedConcern(concern, other) for concern, other in db.session().execute(wanted).all()]
    same = [each for each in found if each.referral.id == referral.id]
    return Pattern(same, [each for each in found if each.referral.id != referral.id])
