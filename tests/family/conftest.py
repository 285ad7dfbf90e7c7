"""A school and KSAF, a referral, and whoever opens the link to the family's page."""

from dataclasses import dataclass, field

import pytest
from sqlmodel import select

from portal import db
from portal.access.roles import OrganisationKind, Role
from portal.consent.models import ConsentEvent
from portal.family import links
from portal.family.links import Wanted
from portal.family.models import ConsentLink, ForWhom, Way
from portal.notifications.models import OutboxMail
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.timescales.models import Prompt
from tests.factories import people, referrals

BORN = {"born": ["4", "5", "2013"]}
SANA = {"name": "Sana Khan", "capacity": "parental_responsibility"}
EMAIL = "sana@home.example"
ANSWERS = {
    "ksaf_support": {"position": "given"},
    "updates_to_referrer": {"position": "limited", "limits": "Not about my health."},
    "contact_family": {"position": "limited", "ways": ["phone", "text"]},
    "named_others": {"position": "given", "names": "Dr Ames at Weir Surgery"},
    "anonymised_figures": {"position": "refused"},
}


@dataclass(frozen=True)
class World:
    """Who there is."""

    referrer: people.Person
    outsider: people.Person
    viewer: people.Person
    officer: people.Person
    manager: people.Person
    hub: people.Person


def make_world() -> World:
    officer, manager = referrals.staff(Role.TRIAGE_OFFICER), referrals.staff(Role.MANAGER)
    school = people.add_organisation(OrganisationKind.EDUCATION, "Larkfield Vale Academy")
    hub = people.add_organisation(OrganisationKind.COMMUNITY, "Family Hub")
    return World(
        people.add_person(school, Role.REFERRER),
        people.add_person(people.add_organisation(OrganisationKind.EDUCATION, "Marsh End School")),
        people.add_person(school, Role.VIEWER),
        officer,
        manager,
        people.add_person(hub, Role.REFERRER),
    )


@dataclass
class Visit:
    """A browser at a family's link."""

    browser: object
    path: str
    reference: str
    referral_id: int
    seen: list = field(default_factory=list)

    def get(self, page: str = ""):
        return self.browser.get(f"{self.path}{page}")

    def post(self, page: str, **data):
        return self.browser.post(f"{self.path}{page}", data=data)

    def check(self):
        """Pass the check."""
        return self.post("/check", **BORN)

    def answer(self, answers: dict = ANSWERS, about: dict = SANA):
        """Answer every question and send."""
        self.check()
        for step, typed in {"about-you": about, **answers}.items():
            assert self.post(f"/questions/{step}", **typed).status_code == 303, step
        return self.post("/send")


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
def visit_of(app, database, kept_world):
    """Return a function that makes a referral and a link, and opens a browser at it."""

    def make(for_whom: ForWhom = ForWhom.PARENT, way: Way = Way.EMAIL) -> Visit:
        with database.transaction():
            referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
            row = links.make(
                kept_world.officer.actor, referral, Wanted(for_whom, way, EMAIL if way is Way.EMAIL else "")
            )
            path, reference, referral_id = links.path_of(row), referral.reference, referral.id
        return Visit(app.test_client(), path, reference, referral_id)

    return make


def rows(database, kind: type):
    """Return every row of a table."""
    with database.system_transaction(write=False):
        return list(db.session().scalars(select(kind).order_by(kind.id)).all())


def ledger(database) -> list[tuple[str, str, str | None]]:
    """Return what the ledger says: purpose, position, limits."""
    return [(each.purpose, each.position.value, each.limits) for each in rows(database, ConsentEvent)]


def link_of(database) -> ConsentLink:
    return rows(database, ConsentLink)[-1]


def mails(database, template: str) -> list[OutboxMail]:
    return [each for each in rows(database, OutboxMail) if each.template == f"family/{template}"]


def prompts(database, kind: str) -> list[Prompt]:
    return [each for each in rows(database, Prompt) if each.kind == kind and each.closed_at is None]


def referral_of(database) -> Referral:
    with as_system(db.session()):
        return db.session().scalars(select(Referral)).one()
