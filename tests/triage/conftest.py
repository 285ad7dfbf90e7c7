"""A school, KSAF's people, and referrals at the places triage works on."""

from dataclasses import dataclass

import pytest

from portal import clock, db
from portal.access.roles import OrganisationKind, Role
from portal.consent.models import ConsentEvent, Position
from portal.referrals.models import Referral
from portal.triage import service
from portal.triage.models import Outcome
from portal.triage.service import Proposal
from tests.factories import people, referrals
from tests.factories.assessments import assessed

TEXTS = {
    "rationale": "Recent pattern, willing mother, no statutory threshold.",
    "explanation": "Mornings are where help can change things.",
    "next_option": "The family can call the Support and Advice Line.",
}


@dataclass(frozen=True)
class World:
    """Who there is."""

    referrer: people.Person
    viewer: people.Person
    outsider: people.Person
    officer: people.Person
    colleague: people.Person
    manager: people.Person
    other_manager: people.Person
    adviser: people.Person


def make_world() -> World:
    school = people.add_organisation(OrganisationKind.EDUCATION, "Larkfield Vale Academy")
    elsewhere = people.add_organisation(OrganisationKind.EDUCATION, "Teasel Primary")
    return World(
        referrer=people.add_person(school, Role.REFERRER, "Helen Marsh"),
        viewer=people.add_person(school, Role.VIEWER),
        outsider=people.add_person(elsewhere, Role.REFERRER),
        officer=people.add_person(referrals.operator(), Role.TRIAGE_OFFICER, "Sam Osei"),
        colleague=people.add_person(referrals.operator(), Role.TRIAGE_OFFICER, "Ivy Lund"),
        manager=people.add_person(referrals.operator(), Role.MANAGER, "Priya Nair"),
        other_manager=people.add_person(referrals.operator(), Role.MANAGER, "Owen Pritchard"),
        adviser=people.add_person(referrals.operator(), Role.SUPPORT_LINE_ADVISER),
    )


def consented(referral: Referral, person: people.Person, position: Position = Position.GIVEN) -> Referral:
    """Record what a parent said about support from KSAF."""
    db.session().add(
        ConsentEvent(
            organisation_id=referral.organisation_id,
            referral_id=referral.id,
            purpose="ksaf_support",
            position=position,
            to_whom="KSAF",
            recorded_by_id=person.user_id,
            recorded_at=clock.now(),
        )
    )
    db.session().flush()
    return referral


def proposal(outcome: Outcome = Outcome.PATHWAY_1, reason: str | None = None) -> Proposal:
    return Proposal(outcome, reason, **TEXTS)


def proposed(world: World, outcome: Outcome = Outcome.PATHWAY_1, reason: str | None = None, by=None) -> Referral:
    """A referral whose decision waits for a manager; the session becomes KSAF's."""
    by = by or world.officer
    made = consented(referrals.acknowledged(world.referrer, world.officer), world.officer)
    assessed(made, by)
    service.propose(by.actor, made, proposal(outcome, reason))
    return made


@pytest.fixture
def world(tx) -> World:
    """The people, in the test's own transaction."""
    return make_world()


@pytest.fixture
def kept_world(database, moment) -> World:
    """The people, committed, for tests through the web."""
    with database.transaction():
        return make_world()
