"""The notices: readable by everybody, every version for good, and the terms accepted by each person on the way in."""

import pytest
from sqlmodel import select, update

from portal.accounts.models import User
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.notices import published
from tests.factories import people


@pytest.fixture
def person(database, moment):
    with database.transaction():
        return people.add_person(people.add_organisation())


@pytest.fixture
def behind(database, person):
    """Somebody who accepted an earlier version of the terms."""
    with database.system_transaction() as session:
        session.execute(update(User).values(terms_version="2020-01", terms_accepted_at=None))
    return person


@pytest.mark.parametrize("name", published.NOTICES)
def test_everybody_reads_every_notice(app, name):
    notice = published.of(name)[-1]
    page = app.test_client().get(f"/{name}")
    assert page.status_code == 200
    assert f'<h1 class="govuk-heading-l">{notice.title}</h1>' in page.text
    assert all(part.heading in page.text for part in notice.parts)
    assert app.test_client().get(f"/{name}?version={notice.id}").status_code == 200
    assert app.test_client().get(f"/{name}?version=made-up").status_code == 404


def test_every_page_leads_to_them(app, client_of, person):
    for page in (app.test_client().get("/sign-in"), client_of(person).get("/")):
        assert all(f'href="/{name}"' in page.text for name in published.NOTICES)


@pytest.mark.parametrize("name", published.NOTICES)
def test_every_version_has_a_number_of_its_own_and_something_to_say(name):
    versions = published.of(name)
    assert len({each.id for each in versions}) == len(versions)
    assert all(each.parts and all(part.text for part in each.parts) for each in versions)


def test_who_has_accepted_goes_straight_in(client_of, person):
    client = client_of(person)
    assert client.get("/").status_code == 200
    assert client.get("/terms/accept?next=/referrals").location == "/referrals"
    assert client.post("/terms/accept").location == "/"


def test_a_new_version_is_put_to_each_person_before_anything_else(client_of, database, behind):
    client = client_of(behind)
    assert client.get("/referrals").location == "/terms/accept?next=%2Freferrals"
    assert client.get("/organisations-in-use").location == "/terms/accept"
    page = client.get("/terms/accept?next=/referrals")
    assert "Our terms of use have changed" in page.text
    assert client.post("/terms/accept?next=/referrals").location == "/referrals"
    assert client.get("/referrals").status_code == 200
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(User.terms_version)).one() == published.terms_in_force()
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == Action.TERMS_ACCEPTED)).all()
    assert [event.actor_id for event in events] == [behind.user_id]


def test_what_was_typed_when_they_came_in_force_is_not_lost(client_of, behind):
    client = client_of(behind)
    answer = client.post("/referrals/new", data={"immediate_risk": "no"})
    assert answer.location.startswith("/terms/accept")
    assert "What you typed is kept" in client.get(answer.location).text


def test_a_change_leaves_nothing_else_open_meanwhile(client_of, behind):
    client = client_of(behind)
    for address in ("/account", "/people", "/home/waiting"):
        assert client.get(address).status_code == 302
