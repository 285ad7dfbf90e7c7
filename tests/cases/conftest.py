"""The cast of the weeks of support, and a referral accepted for outreach."""

import pytest

from portal.cases import allocation, service
from portal.cases.models import SupportCase
from portal.referrals.models import Referral
from portal.triage.models import Outcome
from tests.factories.cast import World, decided, make_world


def accepted(world: World) -> Referral:
    """A referral that waits to be allocated; the session becomes KSAF's."""
    return decided(world, Outcome.PATHWAY_2)


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
