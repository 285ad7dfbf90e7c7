"""A school, KSAF's people who help families, and a referral accepted for outreach."""

from dataclasses import dataclass

import pytest

from portal.access.roles import OrganisationKind, Role
from portal.cases import allocation, service
from portal.cases.models import SupportCase
from portal.referrals.models import Referral
from portal.triage import service as triage
from portal.triage.models import Outcome
from tests.factories import people, referrals
from tests.triage.conftest import proposed


@dataclass(frozen=True)
class World:
    """Who there is."""

    referrer: people.Person
    outsider: people.Person
    officer: people.Person
    manager: people.Person
    case_manager: people.Person
    practitioner: people.Person
    other_practitioner: people.Person
    safeguarding: people.Person


def make_world() -> World:
    school = people.add_organisation(OrganisationKind.EDUCATION, "Larkfield Vale Academy")
    elsewhere = people.add_organisation(OrganisationKind.EDUCATION, "Teasel Primary")
    ksaf = referrals.operator()
    return World(
        referrer=people.add_person(school, Role.REFERRER, "Helen Marsh"),
        outsider=people.add_person(elsewhere, Role.REFERRER),
        officer=people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
        manager=people.add_person(ksaf, Role.MANAGER, "Priya Nair"),
        case_manager=people.add_person(ksaf, Role.CASE_MANAGER, "Anika Rao"),
        practitioner=people.add_person(ksaf, Role.FAMILY_OUTREACH_PRACTITIONER, "Jo Pemberton"),
        other_practitioner=people.add_person(ksaf, Role.FAMILY_OUTREACH_PRACTITIONER, "Lee Marlow"),
        safeguarding=people.add_person(ksaf, Role.SAFEGUARDING_TEAM, "Colm Daly"),
    )


def accepted(world: World) -> Referral:
    """A referral that waits to be allocated; the session becomes KSAF's."""
    made = proposed(world, Outcome.PATHWAY_2)
    triage.authorise(world.manager.actor, made)
    return made


def choice(world: World, monday: int = 0) -> allocation.Allocation:
    """Anika Rao and Jo Pemberton, from the first Monday that is offered or a later one."""
    offered = allocation.choices(world.case_manager.actor)
    members = {each.member.user_id: each.member for each in (*offered.managers, *offered.practitioners)}
    return allocation.Allocation(
        members[world.case_manager.user_id], members[world.practitioner.user_id], offered.mondays[monday]
    )


def in_support(world: World) -> tuple[Referral, SupportCase]:
    """A referral whose family has been allocated, with its case."""
    made = accepted(world)
    return made, service.allocate(world.case_manager.actor, made, choice(world))


@pytest.fixture
def helped(tx) -> World:
    """The people, in the test's own transaction."""
    return make_world()


@pytest.fixture
def kept(database, moment) -> World:
    """The people, committed, for tests through the web."""
    with database.transaction():
        return make_world()
