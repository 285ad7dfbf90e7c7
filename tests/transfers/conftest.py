"""A school whose family moves on, KSAF's people, and two services it could be offered to."""

from dataclasses import dataclass

import pytest
from sqlmodel import select

from portal import clock, db
from portal.access.roles import OrganisationKind, Role
from portal.consent.models import ConsentEvent, Position
from portal.notifications.models import OutboxMail
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.referrals.rules import Event
from portal.tenancy import as_system
from portal.transfers import content, queries, service
from portal.transfers.models import Transfer
from portal.transfers.rules import SHARING_PURPOSE
from portal.transfers.service import Offer, Outside
from tests.factories import people, referrals

NOTE = "Mornings are hard; the mother asks for one worker."


@dataclass(frozen=True)
class World:
    """Who there is."""

    referrer: people.Person
    officer: people.Person
    manager: people.Person
    receiver: people.Person
    third: people.Person


def make_world() -> World:
    def partner(name: str, kind: OrganisationKind = OrganisationKind.COMMUNITY) -> people.Person:
        return people.add_person(people.add_organisation(kind, name), Role.REFERRER)

    return World(
        partner("Larkfield Vale Academy", OrganisationKind.EDUCATION),
        referrals.staff(Role.TRIAGE_OFFICER),
        referrals.staff(Role.MANAGER),
        partner("Family Hub"),
        partner("Another service"),
    )


def says(referral: Referral, person: people.Person, position: Position, limits: str | None = None) -> None:
    """Record what a parent says about sharing with others."""
    db.session().add(
        ConsentEvent(
            organisation_id=referral.organisation_id,
            referral_id=referral.id,
            purpose=SHARING_PURPOSE,
            position=position,
            to_whom="Family Hub",
            limits=limits,
            recorded_by_id=person.user_id,
            recorded_at=clock.now(),
        )
    )
    db.session().flush()


def moving_on(world: World, position: Position = Position.GIVEN) -> Referral:
    """A referral on Pathway 3, as KSAF has it; the session becomes KSAF's."""
    made = referrals.acknowledged(world.referrer, world.officer)
    says(made, world.officer, position)
    lifecycle.move(world.officer.actor, made, Event.DECIDE, "Decision proposed")
    made.pathway = "pathway_3"
    lifecycle.move(world.manager.actor, made, Event.AUTHORISE_ONWARD, "KSAF decided")
    return made


def offered(world: World, referral: Referral, to: people.Person | None = None) -> Transfer:
    """Offer `referral` to the receiver, with its worries and nothing else."""
    to = to or world.receiver
    actor = world.officer.actor
    receiver = next(each for each in queries.receivers(actor, referral) if each.id == to.organisation_id)
    frozen = content.frozen(referral, NOTE, ["presenting_worries"], content.answered(actor, referral))
    return service.offer(actor, referral, Offer(receiver, "Nearest to home.", frozen))


def offered_outside(world: World, referral: Referral, email: str = "duty@service.example") -> Transfer:
    """Offer `referral` to a service without an account, with its worries and nothing else."""
    actor = world.officer.actor
    frozen = content.frozen(referral, NOTE, ["presenting_worries"], content.answered(actor, referral))
    outside = Outside("Harbour Counselling", email, OrganisationKind.HEALTH)
    return service.offer(actor, referral, Offer(outside, "They have room.", frozen))


def mails_to(email: str, template: str) -> list[dict[str, str]]:
    """Return what each mail of `template` to `email` carries, oldest first."""
    with as_system(db.session()):
        wanted = select(OutboxMail).where(
            OutboxMail.to_address == email, OutboxMail.template == f"transfers/{template}"
        )
        return [mail.context for mail in db.session().scalars(wanted.order_by(OutboxMail.id))]


@pytest.fixture
def world(tx) -> World:
    """The people, in the test's own transaction."""
    return make_world()


@pytest.fixture
def kept_world(database, moment) -> World:
    """The people, committed, for tests through the web."""
    with database.transaction():
        return make_world()
