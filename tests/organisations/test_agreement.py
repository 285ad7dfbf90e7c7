import pytest
from sqlmodel import select

from portal.access.roles import Role
from portal.organisations import terms
from portal.organisations.models import Agreement
from tests.factories import people


@pytest.fixture
def school(database, moment):
    with database.system_transaction():
        made = people.add_organisation(agreed=False)
        return people.add_person(made, Role.ORGANISATION_ADMIN), people.add_person(made)


def test_an_admin_accepts_the_terms_once(school, client_of, database):
    client = client_of(school[0])
    assert client.post("/agreement", data={}).status_code == 422
    for _ in range(2):
        assert client.post("/agreement", data={"accept": "y"}).status_code == 303
    with database.system_transaction(write=False) as session:
        row = session.scalars(select(Agreement)).one()
    assert (row.version, row.accepted_by_name) == (terms.current().id, school[0].name)
    assert f"by {school[0].name}" in client.get("/agreement").text


def test_others_read_the_terms_and_cannot_accept_them(school, client_of):
    client = client_of(school[1])
    assert "An organisation admin accepts these terms" in client.get("/agreement").text
    assert client.post("/agreement", data={"accept": "y"}).status_code == 403


def test_every_published_version_can_be_read():
    assert all(version.parts and version.title for version in terms.versions())
    assert len({version.id for version in terms.versions()}) == len(terms.versions())
