"""Reading what is still owed about a call in which somebody referred."""

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.enquiries.models import Enquiry
from portal.referrals.effects import PHONED
from portal.timescales.descriptions import Described, describe
from portal.timescales.models import Deadline

OWED, FOLLOWED = PHONED
"""What whoever phoned owes, and what KSAF does: kinds of timescales/policy.toml."""


def followed(actor: Actor, enquiry: Enquiry) -> Deadline | None:
    """Return how KSAF follows up that a call is confirmed in writing, open or ended; None where nobody referred."""
    del actor
    wanted = select(Deadline).where(col(Deadline.reference) == enquiry.reference, col(Deadline.kind) == FOLLOWED)
    return db.session().scalars(wanted.order_by(col(Deadline.id).desc())).first()


def lines(actor: Actor, enquiry: Enquiry) -> list[Described]:
    """Return in words what is, or was, owed about a call that `actor` has loaded: by KSAF, and by whoever phoned."""
    ours = followed(actor, enquiry)
    wanted = select(Deadline).where(
        col(Deadline.subject_type) == "referral",
        col(Deadline.subject_id) == enquiry.draft_id,
        col(Deadline.kind) == OWED,
    )
    theirs = db.session().scalars(wanted).all() if enquiry.draft_id else []
    return [describe(each, clock.now(), actor.organisation_id) for each in (*theirs, *([ours] if ours else []))]
