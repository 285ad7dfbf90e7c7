"""The cast of the weeks of support, and a family in its first week of it."""

import pytest

from portal import db
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.triage.models import Outcome
from tests.factories import people, support
from tests.factories.cast import World, decided, make_world

MARK = "Ottervane"


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
