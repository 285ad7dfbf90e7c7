"""The Support tab: there from allocation on, for those who see the updates, and for nobody else."""

import pytest
from sqlalchemy.exc import InvalidRequestError

from portal import clock, db
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.roles import Role
from portal.cases import queries, weeks
from portal.consent.models import Position
from portal.referrals.models import Referral
from tests.factories import people, world
from tests.factories.support import PRIVATE, agreements


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
                ground=Ground.CONSENT,
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


def test_every_week_says_where_it_stands_and_the_newest_update_comes_first(client_of, built, address):
    shown = client_of(built.school.people[Role.REFERRER]).get(address).text
    assert f"Progress {built.school.mark}" in shown
    assert "Posted" in shown
    assert shown.count("To come") == 4
    assert "The week begins on Monday 30 November 2026." in shown


def test_what_is_ksafs_own_is_read_by_ksaf_alone(client_of, built, address):
    read = client_of(built.school.practitioner).get(address).text
    assert f"Internal {built.school.mark}{PRIVATE}" in read
    for shown in ("", "/weeks"):
        assert PRIVATE not in client_of(built.school.people[Role.REFERRER]).get(address + shown).text


def test_the_school_reads_no_update_while_the_family_does_not_agree(client_of, database, built, address):
    school, reference = built.school.people[Role.REFERRER], address.split("/")[2]
    with database.transaction(tenant=built.ksaf.organisation_id):
        referral = db.session().scalars(world.select(Referral).where(Referral.reference == reference)).one()
        refused = agreements(referral, built.school.practitioner)[1]
        refused.position = Position.REFUSED
        db.session().add(refused)
    shown = client_of(school).get(address).text
    assert f"Progress {built.school.mark}" not in shown
    assert "does not agree that you are told how the support goes" in shown
    assert f"Progress {built.school.mark}" in client_of(built.school.practitioner).get(address).text


def test_a_partners_query_never_fetches_what_is_ksafs_own(database, built, address):
    person, reference = built.school.people[Role.REFERRER], address.split("/")[2]
    with database.transaction(tenant=person.organisation_id):
        found = queries.open_support(person.actor, reference)
        row = weeks.rows_of(person.actor, found.case, frozenset())[0]
        for column in ("internal_note", "has_concern", "concern", "draft"):
            with pytest.raises(InvalidRequestError):
                getattr(row, column)


def test_the_panel_answers_nothing_until_something_has_changed(client_of, built, address):
    client = client_of(built.school.people[Role.REFERRER])
    first = client.get(f"{address}/weeks")
    assert "1 update posted, the newest of week 1" in first.text
    assert client.get(f"{address}/weeks", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_week_that_is_over_without_an_update_is_missed_at_once(client_of, built, address, moment):
    moment.advance(weeks=2)
    shown = client_of(built.school.people[Role.REFERRER]).get(address).text
    assert "Missed" in shown
    assert "It was due by Friday 4 December 2026 at 5pm, and KSAF has not posted it." in shown
