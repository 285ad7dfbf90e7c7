"""A child of one school who goes to another: the referral, whoever has it, and the family's word before and after."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from portal import clock, db
from portal.access.roles import Role
from portal.changes.school import service
from portal.changes.school.service import Told
from portal.consent.models import ConsentEvent, Position
from portal.organisations.models import Organisation
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.triage import service as triage
from portal.web.dates import today
from tests.factories import people, referrals


@dataclass(frozen=True)
class Cast:
    """Larkfield Vale sent it, Harbour Steps is new; KSAF's officer has it."""

    helen: people.Person
    admin: people.Person
    officer: people.Person
    manager: people.Person
    new: people.Person
    outsider: people.Person
    reference: str
    new_key: str

    @property
    def path(self) -> str:
        return f"/referrals/{self.reference}"


def make_cast() -> Cast:
    """Add them in the session that is open."""
    old = people.add_organisation(name="Larkfield Vale Academy")
    helen = people.add_person(old, Role.REFERRER, "Helen Marsh")
    new = people.add_organisation(name="Harbour Steps")
    made = Cast(
        helen=helen,
        admin=people.add_person(old, Role.ORGANISATION_ADMIN, "Ada Quill"),
        officer=referrals.staff(),
        manager=referrals.staff(Role.MANAGER),
        new=people.add_person(new, Role.REFERRER, "Una Field"),
        outsider=people.add_person(people.add_organisation(name="Marsh End School"), Role.REFERRER),
        reference=referrals.sent(helen).reference,
        new_key=new.key,
    )
    referral = load(made, made.officer)
    triage.acknowledge(made.officer.actor, referral)
    return made


@pytest.fixture
def cast(tx) -> Cast:
    """In the test's own transaction; the session is KSAF's."""
    return make_cast()


@pytest.fixture
def kept(database, moment) -> Cast:
    """Committed, for tests through the web."""
    with database.transaction():
        return make_cast()


def load(cast: Cast, person: people.Person) -> Referral:
    """The referral, loaded for somebody of one of its sides; the session becomes theirs."""
    return referrals.load_for(person, read(cast).id)


def read(cast: Cast) -> Referral:
    """The referral as it stands, whoever asks."""
    return rows(Referral, Referral.reference == cast.reference)[0]


def rows(model, *where):
    """What is in a table, across organisations."""
    with as_system(db.session()):
        return db.session().scalars(select(model).where(*where).order_by(model.id)).all()


def move(cast: Cast, by: people.Person, to: Organisation | str | None = None):
    """Record that the child goes to Harbour Steps, or `to`."""
    school = people.organisation_at(cast.new.organisation_id) if to is None else to
    return service.record(by.actor, load(cast, by), Told(today(), school, "Her mother, on the phone"))


def agrees(cast: Cast, position: Position = Position.GIVEN, purpose: str = "named_others", days: int = 0) -> None:
    """Enter what the family says about sharing, `days` from now."""
    referral = read(cast)
    with as_system(db.session()):
        db.session().add(
            ConsentEvent(
                organisation_id=referral.organisation_id,
                referral_id=referral.id,
                purpose=purpose,
                position=position,
                to_whom="Harbour Steps",
                recorded_by_id=cast.officer.user_id,
                recorded_at=clock.now() + timedelta(days=days),
            )
        )
