"""The page and the command: who may see them, and that they name nobody."""

import re
from datetime import UTC, datetime

import pytest

from portal.access.roles import Role
from portal.referrals.rules import State
from portal.retention import jobs, policy
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


def csrf_free(client, address, **typed):
    """Post a form; the application of the tests asks for no token."""
    return client.post(address, data=typed)


def hold_on(page, reference):
    found = re.search(rf'/retention/holds/([\w-]+)">{reference}', page)
    return found and found[1]


def items(page):
    return re.findall(r'name="item" value="([^"]+)"', page)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
class TestActing:
    """Letting go and holding, as a manager sees it."""

    def test_a_manager_lets_go_of_what_they_have_read(self, client, database, world):
        shown = items(client.get("/retention").text)
        assert f"{len(shown)} records" in client.get("/retention").text
        again = csrf_free(client, "/retention/approve", item=shown)
        assert again.status_code == 422
        assert "Select the box when you have read the list" in again.text
        assert items(again.text) == shown
        done = csrf_free(client, "/retention/approve", item=shown[:2], read="y")
        assert (done.status_code, done.location) == (303, "/retention")
        page = client.get("/retention").text
        assert "2 records will be erased in the next minutes." in page
        assert "2 approved records wait to be erased" in page
        assert set(items(page)) == set(shown[2:])
        jobs.run(database, LATER)
        page = client.get("/retention").text
        assert "Erased lately" in page
        assert world.school.mark not in page

    def test_what_is_no_longer_due_is_left_out_and_said(self, client):
        done = csrf_free(client, "/retention/approve", item=["referral:999999"], read="y")
        assert done.status_code == 303
        assert "1 record of the list stayed" in client.get("/retention").text

    def test_a_hold_is_placed_kept_and_lifted(self, client, world):
        reference = world.school.references[State.CLOSED]
        typed = {"reference": reference.lower(), "reason": "An inquest", "review_on": ["1", "6", "2033"]}
        assert csrf_free(client, "/retention/holds", **typed).status_code == 303
        page = client.get("/retention").text
        assert "An inquest" in page
        assert "Wednesday 1 June 2033" in page
        key = hold_on(page, reference)
        assert reference in client.get(f"/retention/holds/{key}").text
        wrong = csrf_free(client, f"/retention/holds/{key}/keep", reason="Still", review_on=["1", "1", "2030"])
        assert wrong.status_code == 422
        assert "Enter a day that is still to come" in wrong.text
        assert "Still" in wrong.text
        kept = csrf_free(client, f"/retention/holds/{key}/keep", reason="Still", review_on=["1", "9", "2033"])
        assert kept.status_code == 303
        overtaken = client.get(f"/retention/holds/{key}").text  # another event stands now
        assert "Somebody has kept or lifted this hold since" in overtaken
        assert "Lift the hold" not in overtaken
        for verb, typed in (
            ("keep", {"reason": "Mine", "review_on": ["1", "9", "2034"]}),
            ("lift", {"lifted_why": "Mine"}),
        ):
            second = csrf_free(client, f"/retention/holds/{key}/{verb}", **typed)
            assert second.status_code == 409
            assert "Somebody has kept or lifted this hold already" in second.text
            assert "Mine" in second.text
        key = hold_on(client.get("/retention").text, reference)
        wrong = csrf_free(client, f"/retention/holds/{key}/lift")
        assert wrong.status_code == 422
        assert "Enter why it can end" in wrong.text
        assert csrf_free(client, f"/retention/holds/{key}/lift", lifted_why="It is over").status_code == 303
        assert hold_on(client.get("/retention").text, reference) is None

    def test_a_hold_that_cannot_be_placed_keeps_what_was_typed(self, client, world):
        typed = {"reference": "KSAF-0000-0000", "reason": "An inquest", "review_on": ["1", "6", "2033"]}
        wrong = csrf_free(client, "/retention/holds", **typed)
        assert wrong.status_code == 422
        assert "There is no referral with this reference" in wrong.text
        assert "An inquest" in wrong.text
        typed["reference"] = world.school.references[State.CLOSED]
        assert csrf_free(client, "/retention/holds", **typed).status_code == 303
        second = csrf_free(client, "/retention/holds", **typed)
        assert second.status_code == 409
        assert "has put a hold on this already" in second.text

    def test_nobody_else_acts(self, client_of, world):
        for person in (world.ksaf.people[Role.ADMINISTRATOR], world.school.people[Role.ORGANISATION_ADMIN]):
            client = client_of(person)
            assert csrf_free(client, "/retention/approve", read="y").status_code == 403
            assert csrf_free(client, "/retention/holds").status_code == 403
            assert client.get("/retention/holds/nowhere").status_code in {403, 404}
