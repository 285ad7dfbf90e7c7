"""Holds that keep a record."""

from datetime import date

from sqlmodel import select

from portal import db
from portal.referrals.models import Referral
from portal.retention import holds
from portal.tenancy import enter
from tests.factories import people


def placed(about: str, manager: people.Person) -> str:
    """Put a hold on the referral `about`; return its key."""
    enter(db.session(), manager.organisation_id)
    referral = db.session().scalars(select(Referral).where(Referral.reference == about)).one()
    return holds.place(manager.actor, referral, "A court has asked for it", date(2027, 11, 23)).key
