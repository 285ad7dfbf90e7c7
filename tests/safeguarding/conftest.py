"""A school with a colleague, a council that looks on, KSAF's people, and a referral with KSAF."""

from dataclasses import dataclass

import pytest

from portal.access.models import Scope
from portal.access.roles import OrganisationKind, Role
from portal.organisations.models import Organisation
from portal.referrals.models import Referral
from portal.safeguarding import queries, service
from portal.safeguarding.queries import OpenedConcern
from portal.safeguarding.rules import Danger
from portal.safeguarding.service import Raised
from tests.factories import people, referrals

SEEN, SAID, OPINION = "A bruise above the left elbow.", "“He grabbed me there.”", "She is afraid of going home."


@dataclass(frozen=True)
class World:
    """Who there is."""

    referrer: people.Person
    colleague: people.Person
    viewer: people.Person
    outsider: people.Person
    council: people.Person
    officer: people.Person
    case_manager: people.Person
    practitioner: people.Person
    safeguarding: people.Person
    second: people.Person
    manager: people.Person


def make_world() -> World:
    school = people.add_organisation(OrganisationKind.EDUCATION, "Larkfield Vale Academy")
    return World(
        referrer=people.add_person(school, Role.REFERRER, "Helen Marsh"),
        colleague=people.add_person(school, Role.ORGANISATION_ADMIN, "Owen Price"),
        viewer=people.add_person(school, Role.VIEWER, "Ruth Calder"),
        outsider=people.add_person(people.add_organisation(name="Teasel Primary"), Role.REFERRER),
        council=people.add_person(_council(), Role.REFERRER, "Ines Duarte"),
        officer=referrals.staff(Role.TRIAGE_OFFICER),
        case_manager=referrals.staff(Role.CASE_MANAGER),
        practitioner=referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER),
        safeguarding=people.add_person(referrals.operator(), Role.SAFEGUARDING_TEAM, "Colm Daly"),
        second=people.add_person(referrals.operator(), Role.SAFEGUARDING_TEAM, "Wren Hale"),
        manager=people.add_person(referrals.operator(), Role.MANAGER, "Margaret Ellis"),
    )


def _council() -> Organisation:
    return people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")


def words(danger: Danger = Danger.NO, **other) -> Raised:
    """What somebody raises, in words that occur nowhere else."""
    return Raised(danger, SEEN, SAID, OPINION, "Helen Marsh", **other)


def shared(world: World) -> Referral:
    """A referral that KSAF has acknowledged and shares with the council; the session becomes KSAF's."""
    made = referrals.acknowledged(world.referrer, world.officer)
    made.practitioner_id = world.practitioner.user_id
    referrals.share(made, world.council.organisation_id, Scope.STATUS)
    return made


def raised(world: World, by: people.Person | None = None, danger: Danger = Danger.NO) -> OpenedConcern:
    """A concern that the referrer, or `by`, has raised about a new referral; the session becomes KSAF's."""
    return raised_about(world, shared(world), by, danger)


def raised_about(
    world: World, referral: Referral, by: people.Person | None = None, danger: Danger = Danger.NO
) -> OpenedConcern:
    """A further concern about `referral`; the session becomes KSAF's."""
    by = by or world.referrer
    loaded = referrals.load_for(by, referral.id)
    reference = service.raise_concern(by.actor, loaded, words(danger)).reference
    referrals.load_for(world.safeguarding, referral.id)
    return opened(world.safeguarding, reference)


def opened(person: people.Person, reference: str) -> OpenedConcern:
    """The concern `reference` as `person` opens it."""
    found = queries.open_concern(person.actor, reference)
    assert found is not None
    return found


@pytest.fixture
def world(tx) -> World:
    """The people, in the test's own transaction."""
    return make_world()


@pytest.fixture
def kept(database, moment) -> World:
    """The people, committed, for tests through the web."""
    with database.transaction():
        return make_world()
