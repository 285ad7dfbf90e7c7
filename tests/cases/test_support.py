"""The Support tab: there from allocation on, for those who see the updates, and for nobody else."""

import pytest

from portal import clock, db
from portal.access.models import PartyRole, ReferralParty, Scope
from portal.access.roles import Role
from portal.referrals.models import Referral
from tests.factories import people, world


@pytest.fixture
def built(database, moment) -> world.World:
    """The small world, with a family in support."""
    return world.build(database)


@pytest.fixture
def address(built) -> str:
    return f"/referrals/{built.school.references[world.State.IN_SUPPORT]}/support"


def looks_on(database, built, scope: Scope) -> people.Person:
    """Let the council see the school's family in support as far as `scope`; returns who looks."""
    looker = built.council.people[Role.REFERRER]
    reference = built.school.references[world.State.IN_SUPPORT]
    with database.transaction(), world.as_system(db.session()):
        made = db.session().scalars(world.select(Referral).where(Referral.reference == reference)).one()
        db.session().add(
            ReferralParty(
                referral_id=made.id,
                owner_organisation_id=made.organisation_id,
                organisation_id=looker.organisation_id,
                role=PartyRole.SHARED,
                scope=scope,
                basis="Agreed",
                valid_from=clock.now(),
            )
        )
    return looker


def test_the_school_and_its_practitioner_open_it(client_of, built, address):
    for person in (built.school.people[Role.REFERRER], built.school.practitioner):
        client = client_of(person)
        assert client.get(address).status_code == 200
        assert address in client.get(address.removesuffix("/support")).text


def test_another_school_and_another_practitioner_find_nothing(client_of, built, address):
    for person in (built.other_school.people[Role.REFERRER], built.other_school.practitioner):
        assert client_of(person).get(address).status_code == 404


def test_there_is_no_tab_before_allocation(client_of, built):
    accepted = f"/referrals/{built.school.references[world.State.ACCEPTED]}"
    client = client_of(built.school.people[Role.REFERRER])
    assert client.get(f"{accepted}/support").status_code == 404
    assert f"{accepted}/support" not in client.get(accepted).text


@pytest.mark.parametrize(("scope", "status"), [(Scope.STATUS, 404), (Scope.UPDATES, 200), (Scope.ALL, 200)])
def test_who_only_looks_on_needs_the_updates(client_of, database, built, address, scope, status):
    client = client_of(looks_on(database, built, scope))
    assert client.get(address).status_code == status
    assert (address in client.get(address.removesuffix("/support")).text) is (status == 200)
