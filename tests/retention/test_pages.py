"""The page and the command: who may see them, and that they name nobody."""

from datetime import UTC, datetime

import pytest

from portal.access.roles import Role
from portal.referrals.rules import State
from portal.retention import policy
from tests.factories.people import Person

LATER = datetime(2033, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def client(client_of, world, moment, manager: Person):
    moment.set(LATER)
    return client_of(manager)


def test_the_page_shows_what_is_due_by_reference_alone(client, world):
    page = client.get("/retention")
    assert page.status_code == 200
    assert world.school.references[State.CLOSED] in page.text
    assert world.school.references[State.DRAFT] in page.text
    assert world.school.mark not in page.text
    assert "Amira" not in page.text


def test_the_page_gives_every_rule_with_its_source(client):
    page = client.get("/retention").text
    assert all(rule.title in page for rule in policy.load().rules.values())
    assert "25 years from the child’s birth" in page


def test_an_administrator_may_look_too_and_nobody_else(client_of, world):
    assert client_of(world.ksaf.people[Role.ADMINISTRATOR]).get("/retention").status_code == 200
    for person in (world.ksaf.people[Role.CASE_MANAGER], world.school.people[Role.ORGANISATION_ADMIN]):
        assert client_of(person).get("/retention").status_code == 403


def test_nothing_is_due_at_first(client_of, world, manager):
    assert "Nothing is due" in client_of(manager).get("/retention").text


def test_the_notice_gives_the_policy_s_own_periods(app):
    page = app.test_client().get("/privacy").text
    assert "How long we keep it" in page
    assert all(sentence in page for sentence in policy.public_sentences())
    assert "6 years after" not in app.test_client().get("/privacy?version=2026-11").text
