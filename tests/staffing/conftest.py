"""A school with three people who refer and an admin, its referrals, and KSAF's people."""

from dataclasses import dataclass

import pytest
from sqlmodel import select

from portal import db
from portal.access.roles import Role
from portal.accounts.models import Membership
from portal.referrals.models import Referral
from portal.tenancy import as_system, enter
from tests.cases.conftest import in_support
from tests.factories import people, referrals
from tests.factories.cast import World, make_world


@dataclass(frozen=True)
class School:
    """Helen Marsh leaves; Una and the admin stay. Two referrals of hers, one acknowledged, and a draft."""

    cast: World
    admin: people.Person
    helen: people.Person
    una: people.Person
    sent: str
    acknowledged: str
    draft: str


def make_school() -> School:
    """Add them in the session that is open."""
    cast = make_world()
    home = people.organisation_at(cast.referrer.organisation_id)
    admin = people.add_person(home, Role.ORGANISATION_ADMIN, "Ada Quill")
    una = people.add_person(home, Role.REFERRER, "Una Field")
    sent = referrals.sent(cast.referrer).reference
    acknowledged = referrals.acknowledged(cast.referrer, cast.officer).reference
    draft = referrals.draft(cast.referrer).reference
    return School(cast, admin, cast.referrer, una, sent, acknowledged, draft)


@pytest.fixture
def school(tx) -> School:
    """In the test's own transaction."""
    return make_school()


@pytest.fixture
def kept(database, moment) -> School:
    """Committed, for tests through the web."""
    with database.transaction():
        return make_school()


@pytest.fixture
def family(tx) -> tuple[World, Referral]:
    """A family in support with Anika Rao and Jo Pemberton; the session is KSAF's."""
    cast = make_world()
    referral, _ = in_support(cast)
    return cast, referral


def membership(person: people.Person) -> Membership:
    """The membership of somebody, loaded for an admin of their own organisation, who is asking."""
    enter(db.session(), person.organisation_id)
    return db.session().scalars(select(Membership).where(Membership.user_id == person.user_id)).one()


def read(reference: str) -> Referral:
    """The referral as it stands, whoever it belongs to."""
    with as_system(db.session()):
        return db.session().scalars(select(Referral).where(Referral.reference == reference)).one()
