"""Safeguarding concerns, as people raise them."""

from sqlmodel import select

from portal import clock, db
from portal.referrals.models import Referral
from portal.safeguarding import service
from portal.safeguarding.rules import Danger
from portal.safeguarding.service import Raised
from portal.tenancy import enter
from tests.factories import people


def raised(about: str, by: people.Person, mark: str) -> str:
    """Raise a concern about the referral `about`, with `mark` in all of its words; return its reference."""
    enter(db.session(), by.organisation_id)
    referral = db.session().scalars(select(Referral).where(Referral.reference == about)).one()
    words = Raised(Danger.YES, f"Seen {mark}", f"Said {mark}", f"Opinion {mark}", f"Witness {mark}", clock.now())
    return service.raise_concern(by.actor, referral, words).reference
