"""Reading referrals: whoever asks comes first, and a row out of their reach is not there."""

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.referrals.models import Referral
from portal.referrals.rules import State


def get_referral(actor: Actor, reference: str) -> Referral | None:
    """Return the referral `reference` if `actor`'s organisation is a party to it now, else None.

    A writing request takes the row's lock with it, so that two people act one after the other.
    """
    session = db.session()
    wanted = select(Referral).where(col(Referral.reference) == reference, col(Referral.state) != State.DISCARDED)
    if session.info["writes"]:
        wanted = wanted.with_for_update()
    if session.info["tenant"] != actor.organisation_id:
        return None
    return session.scalars(wanted).first()
