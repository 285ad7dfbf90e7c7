"""Organisations and the people in them, made straight in the database, committed or within the test's transaction."""

import secrets
from dataclasses import dataclass

from sqlmodel import select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import OrganisationKind, Role
from portal.accounts import sessions
from portal.accounts.models import Membership, User
from portal.notices import published
from portal.organisations import terms
from portal.organisations.models import Agreement, Organisation
from portal.tenancy import as_system

TERMS = terms.current().id


@dataclass(frozen=True)
class Person:
    """A person in one organisation, as tests need them."""

    user_id: int
    name: str
    email: str
    organisation_id: int
    organisation_name: str
    kind: OrganisationKind
    role: Role

    @property
    def actor(self) -> Actor:
        return Actor(
            self.user_id, self.name, self.email, self.organisation_id, self.organisation_name, self.kind, self.role
        )


def add_organisation(
    kind: OrganisationKind = OrganisationKind.EDUCATION, name: str = "", *, agreed: bool = True
) -> Organisation:
    """Add an organisation in the session that is open; `agreed` also accepts the data-sharing terms."""
    session, now = db.session(), clock.now()
    made = Organisation(
        key=secrets.token_hex(8),
        name=name or f"{kind.value.title()} {secrets.token_hex(3)}",
        kind=kind,
        phase="secondary" if kind is OrganisationKind.EDUCATION else None,
        created_at=now,
    )
    with as_system(session):
        session.add(made)
        session.flush()
        if agreed and kind is not OrganisationKind.OPERATOR:
            session.add(
                Agreement(
                    organisation_id=made.id,
                    version=TERMS,
                    accepted_by_id=0,
                    accepted_by_name="Invented Person",
                    accepted_by_role="Organisation admin",
                    accepted_at=now,
                )
            )
    return made


def add_person(organisation: Organisation, role: Role = Role.REFERRER, name: str = "") -> Person:
    """Add a person with `role` in `organisation`, in the session that is open."""
    session, now = db.session(), clock.now()
    shown = name or f"{role.value.replace('_', ' ').title()} {secrets.token_hex(3)}"
    user = User(
        email=f"{secrets.token_hex(6)}@school.example",
        name=shown,
        terms_version=published.terms_in_force(),
        terms_accepted_at=now,
        created_at=now,
    )
    with as_system(session):
        session.add(user)
        session.flush()
        session.add(Membership(organisation_id=organisation.id, user_id=user.id, role=role, started_at=now))
    return Person(user.id, shown, user.email, organisation.id, organisation.name, organisation.kind, role)


def gone(person: Person) -> None:
    """Let `person` no longer work in their organisation, with nothing handed on yet."""
    with as_system(db.session()):
        membership(person).ended_at = clock.now()
        db.session().flush()


def membership(person: Person) -> Membership:
    """Return the row by which `person` works in their organisation."""
    session = db.session()
    mine = (Membership.user_id == person.user_id, Membership.organisation_id == person.organisation_id)
    with as_system(session):
        return session.scalars(select(Membership).where(*mine)).one()


def add_membership(organisation_id: int, user_id: int, role: Role = Role.REFERRER) -> str:
    """Make somebody a member of a further organisation; returns that organisation's key."""
    session = db.session()
    with as_system(session):
        session.add(Membership(organisation_id=organisation_id, user_id=user_id, role=role, started_at=clock.now()))
    return organisation_key(organisation_id)


def organisation_at(organisation_id: int) -> Organisation:
    """Return the organisation with this id."""
    return db.session().get(Organisation, organisation_id)


def organisation_key(organisation_id: int) -> str:
    """Return the public key of an organisation."""
    return organisation_at(organisation_id).key


def signed_in_client(app, database: db.Database, person: Person, *, second_factor: bool = True):
    """Return a test client whose cookie belongs to a fresh session of `person`."""
    with database.transaction() as _:
        token = sessions.start(person.user_id, person.organisation_id, "test", second_factor=second_factor)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client
