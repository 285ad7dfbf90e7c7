"""No page asks the database more than eight times, nor more often because there is more to show."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal import clock, db, references
from portal.access.roles import OrganisationKind, Role
from portal.organisations.models import Organisation
from portal.referrals.models import Referral
from portal.referrals.timeline import add
from portal.tenancy import as_system, enter
from portal.timescales.models import Prompt
from portal.web import spreadsheet
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.many import multiply
from tests.factories.statements import counted
from tests.whole_app.cases import OWN, subjects

pytestmark = pytest.mark.timeout(900)  # seconds: a thousand pages, four times each

MOST = 8
"""Queries a page, the three that find out who is asking among them. The view of a child's record is written down in a
transaction of its own, which is not counted here; nor is telling PostgreSQL who asks, which reads no row."""
MANY = 30
REFERRALS = 2_000
PEOPLE = ("referrer", "admin", "viewer", "triage_officer", "manager", "administrator")


def test_pages_stay_within_eight_queries_and_do_not_grow(own_visitors):
    few = _count(own_visitors)
    _fill(own_visitors.database, own_visitors.world)
    many = _count(own_visitors)
    grown = {page: (few[page], many[page]) for page in few if len(many[page]) > len(few[page])}
    over = {page: (len(asked), asked) for page, asked in many.items() if len(asked) > MOST}
    worst = max(many, key=lambda page: len(many[page]))
    print(f"{len(many)} pages, at most {len(many[worst])} queries ({worst})")
    assert {page: [len(side) for side in sides] for page, sides in grown.items()} == {}
    assert {page: number for page, (number, _) in over.items()} == {}, over


def _count(visitors) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in PEOPLE:
        for subject in subjects(visitors, {"GET"}):
            address = subject.addresses(visitors.all[name]).get(OWN)
            if not address:
                continue
            visitors.ask(name, "GET", address)
            with counted(visitors.database) as asked:
                answer = visitors.ask(name, "GET", address)
            assert answer.status_code < 500, visitors.errors[-1]
            # A file leaves in batches, each read by itself, so that no download holds a transaction open.
            batches = answer.data.count(b"\n") // spreadsheet.BATCH if answer.mimetype == "text/csv" else 0
            found[f"{name}: {subject.rule}"] = asked[: len(asked) - batches]
    return found


def _fill(database: db.Database, world: worlds.World) -> None:
    """Make 2,000 referrals of the world's, and give its other lists thirty rows: messages, files, prompts, people."""
    print(f"{multiply(database.engine, REFERRALS)} rows added for {REFERRALS} referrals")
    with database.transaction() as session:
        for reference in world.school.references.values():
            _talk(session, world, reference)
        _people(session, world)


def _talk(session: db.Session, world: worlds.World, reference: str) -> None:
    """Add messages and files to one referral."""
    owner = world.school.people[Role.REFERRER]
    enter(session, owner.organisation_id)
    referral = session.scalars(select(Referral).where(Referral.reference == reference)).one()
    for number in range(MANY):
        add(owner.actor, referral, "message", "Message", f"Message {number}")
        worlds._attach(referral, owner, f"number-{number}")


def _people(session: db.Session, world: worlds.World) -> None:
    now = clock.now()
    for number in range(MANY):
        made = people.add_organisation(OrganisationKind.COMMUNITY, f"Partner {number}")
        people.add_person(made, Role.ORGANISATION_ADMIN)
    with as_system(session):
        for tenant in (world.school, world.ksaf):
            own = session.scalars(select(Organisation).where(Organisation.id == tenant.organisation_id)).one()
            for number in range(MANY):
                role = Role.VIEWER if tenant is world.school else Role.TRIAGE_OFFICER
                people.add_person(own, role, f"Colleague {number}")
            for person in tenant.people.values():
                for number in range(MANY):
                    session.add(_prompt(person, tenant, number, now))


def _prompt(person: people.Person, tenant: worlds.Tenant, number: int, now) -> Prompt:
    return Prompt(
        key=f"prompt-{person.user_id}-{number}",
        organisation_id=tenant.organisation_id,
        user_id=person.user_id,
        kind="acknowledge:missed",
        reference=references.new(),
        due_at=now - timedelta(hours=number),
        opened_at=now,
    )
