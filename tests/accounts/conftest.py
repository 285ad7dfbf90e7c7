"""People who can sign in."""

from dataclasses import dataclass

import pytest

from portal.access.roles import OrganisationKind, Role
from tests.factories import credentials, people


@dataclass
class House:
    """A school with a referrer and an admin, and KSAF with a manager; all with a password."""

    school: int
    other: int
    referrer: people.Person
    admin: people.Person
    manager: people.Person
    outsider: people.Person


@pytest.fixture
def house(database, moment) -> House:
    with database.transaction() as session:
        school = people.add_organisation(name="Amberfield School")
        other = people.add_organisation(name="Birchwood School")
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        referrer = people.add_person(school, Role.REFERRER, "Rae Referrer")
        admin = people.add_person(school, Role.ORGANISATION_ADMIN, "Ada Admin")
        manager = people.add_person(ksaf, Role.MANAGER, "Mo Manager")
        outsider = people.add_person(other, Role.ORGANISATION_ADMIN, "Olu Outsider")
        for person in (referrer, admin, manager, outsider):
            credentials.give_password(person)
        credentials.give_app(manager)
        session.flush()
        return House(school.id, other.id, referrer, admin, manager, outsider)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def sign_in():
    """Return a function that types an address and a password."""

    def send(client, person, password=credentials.PASSWORD, wanted=""):
        email = person if isinstance(person, str) else person.email
        return client.post(f"/sign-in{wanted}", data={"email": email, "password": password})

    return send
