"""The people of Pathway 1."""

import pytest

from portal import tenancy
from portal.access.roles import OrganisationKind, Role
from tests.factories import people, referrals


@pytest.fixture
def adviser(tx):
    """An adviser at KSAF, whose session this is."""
    made = people.add_person(referrals.operator(), Role.SUPPORT_LINE_ADVISER, "Tessa Bright")
    tenancy.enter(tx, made.organisation_id)
    return made.actor


@pytest.fixture
def kept_adviser(database, moment):
    """An adviser at KSAF, committed."""
    with database.transaction():
        return people.add_person(referrals.operator(), Role.SUPPORT_LINE_ADVISER, "Tessa Bright")


@pytest.fixture
def councillor(database, moment, kept_adviser):
    """A councillor, committed."""
    with database.transaction():
        ward = people.add_organisation(OrganisationKind.COUNCILLOR, "Councillor for Creek Ward")
        return people.add_person(ward, Role.ORGANISATION_ADMIN, "Joan Ferris")
