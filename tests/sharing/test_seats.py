"""Who can see a referral, and why: each organisation with its ground, and what each reader may know of the others."""

import pytest

from portal import clock
from portal.access.models import Scope
from portal.access.roles import OrganisationKind, Role
from portal.accounts.names import UNNAMED
from portal.referrals.sharing import deciding, queries, seats
from portal.referrals.sharing.service import stop
from tests.factories import people, referrals, sharing


class Cast:
    """The two sides, a service let in by the family, and one let in to protect the child."""

    def __init__(self):
        school = people.add_organisation(name="Larkfield Vale Academy")
        self.helen, self.admin = people.add_person(school), people.add_person(school, Role.ORGANISATION_ADMIN)
        self.officer, self.manager = referrals.staff(), referrals.staff(Role.MANAGER)
        early_help = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")
        clinic = people.add_organisation(OrganisationKind.HEALTH, "Weir Clinic")
        self.key, self.ewan, self.ruth = early_help.key, people.add_person(early_help), people.add_person(clinic)
        row = referrals.acknowledged(self.helen, self.officer)
        self.id, self.reference = row.id, row.reference
        referrals.share(row, early_help.id, Scope.ALL)
        wanted = sharing.refused(clinic, parts={"health": "It treats him."})
        made = deciding.propose(self.officer.actor, row, wanted)
        found = queries.open_decision(self.manager.actor, self.reference, made.key)
        deciding.authorise(self.manager.actor, found)

    def seats(self, reader) -> list[seats.Seat]:
        return seats.seats(reader.actor, referrals.load_for(reader, self.id))


@pytest.fixture
def cast(tx, moment):
    return Cast()


def named(found) -> list[tuple[str, bool]]:
    return [(seat.organisation, seat.is_live) for seat in found]


def test_both_sides_read_everybody_with_ground_scope_and_who_let_them_in(cast):
    clinic = cast.seats(cast.officer)[-1]
    assert clinic.organisation == "Weir Clinic"
    assert (clinic.ground, clinic.sees) == ("To protect the child, without consent.", "all of it")
    assert clinic.parts == [("Health", "It treats him.")]
    assert clinic.party.let_in_by_name == cast.officer.name
    assert named(cast.seats(cast.helen)) == named(cast.seats(cast.officer))
    assert cast.seats(cast.helen)[-1].parts == [("Health", "")]


def test_a_looker_on_does_not_read_whom_ksaf_let_in_to_protect_the_child(cast):
    assert [name for name, _ in named(cast.seats(cast.ewan))] == [
        "Larkfield Vale Academy",
        "KSAF",
        "Estuary Early Help",
    ]
    assert "Weir Clinic" in [name for name, _ in named(cast.seats(cast.ruth))]


def test_who_has_ended_stands_last_for_the_two_sides_alone(cast, moment):
    moment.advance(hours=1)
    stop(cast.officer.actor, referrals.load_for(cast.officer, cast.id), cast.key)
    assert named(cast.seats(cast.officer))[-1] == ("Estuary Early Help", False)
    assert named(cast.seats(cast.helen))[-1] == ("Estuary Early Help", False)
    assert all(is_live for _, is_live in named(cast.seats(cast.ruth)))


def test_who_opened_it_is_told_to_ksafs_safeguarding_people_and_the_owners_admin(client_of, database, moment):
    with database.transaction():
        cast = Cast()
    moment.advance(minutes=5)
    client_of(cast.ewan).get(f"/referrals/{cast.reference}")
    with database.transaction():
        # Who works for another partner is that partner's own to name.
        for reader, name in ((cast.admin, UNNAMED), (cast.manager, cast.ewan.name)):
            early_help = next(seat for seat in cast.seats(reader) if seat.key == cast.key)
            assert [(each.name, each.at) for each in early_help.openings] == [(name, clock.now())]
        for reader in (cast.helen, cast.ruth):
            assert all(seat.openings is None for seat in cast.seats(reader))
    page = client_of(cast.admin).get(f"/referrals/{cast.reference}?tab=people").text
    assert "Opened by 1 person there" in page
    assert cast.ewan.name not in page
    assert cast.ewan.name in client_of(cast.manager).get(f"/referrals/{cast.reference}?tab=people").text
    assert cast.ewan.name not in client_of(cast.helen).get(f"/referrals/{cast.reference}?tab=people").text
