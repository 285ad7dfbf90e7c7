"""A school, KSAF's people, and a family in its first week of support."""

from dataclasses import dataclass

import pytest

from portal import db
from portal.access.roles import OrganisationKind, Role
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.triage import service as triage
from portal.triage.models import Outcome
from tests.factories import people, referrals, support
from tests.triage.conftest import proposed

MARK = "Ottervane"


@dataclass(frozen=True)
class World:
    """Who there is."""

    referrer: people.Person
    viewer: people.Person
    outsider: people.Person
    officer: people.Person
    manager: people.Person
    other_manager: people.Person
    case_manager: people.Person
    practitioner: people.Person
    other_practitioner: people.Person


def make_world() -> World:
    school = people.add_organisation(OrganisationKind.EDUCATION, "Larkfield Vale Academy")
    elsewhere = people.add_organisation(OrganisationKind.EDUCATION, "Teasel Primary")
    ksaf = referrals.operator()
    return World(
        referrer=people.add_person(school, Role.REFERRER, "Helen Marsh"),
        viewer=people.add_person(school, Role.VIEWER),
        outsider=people.add_person(elsewhere, Role.REFERRER),
        officer=people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
        manager=people.add_person(ksaf, Role.MANAGER, "Priya Nair"),
        other_manager=people.add_person(ksaf, Role.MANAGER, "Owen Pritchard"),
        case_manager=people.add_person(ksaf, Role.CASE_MANAGER, "Anika Rao"),
        practitioner=people.add_person(ksaf, Role.FAMILY_OUTREACH_PRACTITIONER, "Jo Pemberton"),
        other_practitioner=people.add_person(ksaf, Role.FAMILY_OUTREACH_PRACTITIONER, "Lee Marlow"),
    )


def decided(world: World, outcome: Outcome) -> Referral:
    """A referral that a manager has decided; the session becomes KSAF's."""
    made = proposed(world, outcome)
    triage.authorise(world.manager.actor, made)
    return made


def supported(world: World) -> Referral:
    """A referral in its first week of support; the session becomes KSAF's."""
    made = decided(world, Outcome.PATHWAY_2)
    support.begin(made, world.case_manager, world.practitioner, MARK)
    return made


def reload(person: people.Person, reference: str) -> Referral:
    """The referral as it is kept now."""
    found = get_referral(person.actor, reference)
    assert found is not None
    return found


@pytest.fixture
def world(tx) -> World:
    """The people, in the test's own transaction."""
    return make_world()


@pytest.fixture
def kept_world(database, moment) -> World:
    """The people, committed, for tests through the web."""
    with database.transaction():
        return make_world()


@pytest.fixture
def reference(database, kept_world) -> str:
    """A family in support, committed."""
    with database.transaction():
        made = supported(kept_world)
        db.session().flush()
        return made.reference
