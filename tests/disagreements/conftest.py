"""A school whose referral was refused, its admin, another party that has the referral, and KSAF."""

from dataclasses import dataclass

import pytest

from portal import clock, db
from portal.access.models import Scope
from portal.access.roles import OrganisationKind, Role
from portal.disagreements import service
from portal.disagreements.models import Disagreement
from portal.disagreements.queries import Opened, open_disagreement
from portal.disagreements.rules import Challenged, Stage
from portal.disagreements.service import Challenge, Said
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.referrals.rules import Event
from portal.tenancy import enter
from portal.triage.models import Decision, DecisionState, Outcome
from tests.factories import people, referrals

POSITION = "The mother has rung us twice since: home is not safe enough to wait."
WANTED = "That KSAF takes the family on, or says who does."


@dataclass(frozen=True)
class Cast:
    """Who there is."""

    referrer: people.Person
    admin: people.Person
    viewer: people.Person
    helper: people.Person
    stranger: people.Person
    officer: people.Person
    safeguarding: people.Person
    manager: people.Person
    practitioner: people.Person
    reference: str
    referral_id: int


def refuse(referral: Referral, officer: people.Person, manager: people.Person) -> None:
    """Let KSAF refuse a referral that it has acknowledged."""
    decision = Decision(
        organisation_id=referral.organisation_id,
        referral_id=referral.id,
        outcome=Outcome.NOT_ACCEPTED,
        reason="another_service_leads",
        rationale="Early Help leads.",
        explanation="Another service leads.",
        next_option="Ask Early Help.",
        proposed_by_id=officer.user_id,
        proposed_by_name=officer.name,
        proposed_at=clock.now(),
    )
    db.session().add(decision)
    lifecycle.move(officer.actor, referral, Event.DECIDE, "Decision proposed")
    decision.state, decision.settled_by_id, decision.settled_by_name = (
        DecisionState.AUTHORISED,
        manager.user_id,
        manager.name,
    )
    decision.settled_at = clock.now()
    lifecycle.move(manager.actor, referral, Event.AUTHORISE_NOT_ACCEPTED, "Not accepted")


def make_cast() -> Cast:
    """Make everybody, and a referral of the school's that KSAF has refused and that Early Help sees too."""
    school = people.add_organisation(name="Larkfield Vale Academy")
    helping = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Swale Early Help")
    other = people.add_organisation(name="Marsh End School")
    referrer = people.add_person(school, Role.REFERRER, "Hannah Marsh")
    officer = people.add_person(referrals.operator(), Role.TRIAGE_OFFICER, "Sam Osei")
    manager = people.add_person(referrals.operator(), Role.MANAGER, "Ruth Lane")
    helper = people.add_person(helping, Role.REFERRER, "Theo Grant")
    referral = referrals.acknowledged(referrer, officer)
    refuse(referral, officer, manager)
    referrals.share(referral, helper.organisation_id, Scope.UPDATES)
    return Cast(
        referrer,
        people.add_person(school, Role.ORGANISATION_ADMIN, "Devi Patel"),
        people.add_person(school, Role.VIEWER, "Nia Cole"),
        helper,
        people.add_person(other, Role.ORGANISATION_ADMIN, "Otto Price"),
        officer,
        people.add_person(referrals.operator(), Role.SAFEGUARDING_TEAM, "Grace Adu"),
        manager,
        people.add_person(referrals.operator(), Role.FAMILY_OUTREACH_PRACTITIONER, "Ade Bello"),
        referral.reference,
        referral.id or 0,
    )


@pytest.fixture
def cast(tx) -> Cast:
    """Everybody, in the transaction of a service test."""
    return make_cast()


@pytest.fixture
def kept(database, moment) -> Cast:
    """Everybody, kept in the database, for tests of pages."""
    with database.transaction():
        return make_cast()


def raised(cast: Cast, by: people.Person | None = None, kind: Challenged = Challenged.REFUSAL) -> Disagreement:
    """Challenge a decision as `by`, the school's referrer unless somebody else is named."""
    who = by or cast.referrer
    referral = referrals.load_for(who, cast.referral_id)
    row, _ = service.challenge(who.actor, referral, Challenge(kind, POSITION, WANTED, f"{who.name}, attendance lead"))
    return row


def opened(person: people.Person, reference: str) -> Opened | None:
    """Open a disagreement as `person`, whose session it becomes."""
    enter(db.session(), person.organisation_id)
    return open_disagreement(person.actor, reference)


def said(person: people.Person, at: Stage, words: str = "We have looked at it again.") -> Said:
    """What `person` says at a stage."""
    return Said(words, f"{person.name}, for their side", at)
