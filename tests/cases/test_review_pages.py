"""The pages of the review: done, refused, not found, and what was typed kept."""

import pytest

from portal.access.roles import Role
from tests.factories import world

PLAN = {
    "day": ["17", "12", "2026"],
    "time": "15:30",
    "minutes": "60",
    "place": "The library at school",
    "invited": ["referrer", "case_manager"],
    "version": "0",
}
HELD = {
    "day": ["23", "11", "2026"],
    "present": "Rosa came",
    "changed": "Assembly is its own goal",
    "recommendation": "Keep the cards",
}


@pytest.fixture
def built(database, moment) -> world.World:
    """The small world, with a family in support and a review that is planned."""
    return world.build(database)


@pytest.fixture
def address(built) -> str:
    return f"/referrals/{built.school.references[world.State.IN_SUPPORT]}/review"


def test_a_review_is_moved_called_off_and_recorded_and_the_school_reads_what_it_changed(client_of, built, address):
    practitioner = client_of(built.school.practitioner)
    school = client_of(built.school.people[Role.REFERRER])
    assert practitioner.post(f"{address}/plan", data=PLAN).status_code == 303
    assert "The library at school" in school.get(address).text
    assert practitioner.post(f"{address}/plan", data=PLAN).status_code == 409
    assert practitioner.post(f"{address}/cancel").status_code == 303
    assert practitioner.post(f"{address}/cancel").status_code == 409
    assert "The library at school" not in school.get(address).text
    assert practitioner.post(f"{address}/record", data=HELD).status_code == 303
    late = practitioner.post(f"{address}/record", data=HELD)
    assert (late.status_code, "Keep the cards" in late.text) == (409, True)
    read = school.get(address).text
    assert "Assembly is its own goal" in read
    assert "Keep the cards" in read
    assert "Rosa came" not in read
    assert "Rosa came" in practitioner.get(address).text


@pytest.mark.parametrize(
    ("page", "data", "told"),
    [
        ("plan", {**PLAN, "day": ["20", "11", "2026"]}, "Enter a time that is still to come"),
        ("plan", {**PLAN, "invited": []}, "Select who is invited"),
        ("plan", {**PLAN, "minutes": "7"}, "Select how long it takes"),
        ("record", {**HELD, "day": ["24", "11", "2026"]}, "Enter today or a day before it"),
        ("record", {**HELD, "present": ""}, "Enter who attended"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client_of, built, address, page, data, told):
    answer = client_of(built.school.practitioner).post(f"{address}/{page}", data=data)
    assert answer.status_code == 422
    assert told in answer.text
    assert data.get("place", data.get("changed")) in answer.text


def test_a_school_may_not_write_and_others_find_nothing(client_of, built, address):
    school = client_of(built.school.people[Role.REFERRER])
    assert {school.post(f"{address}/{verb}").status_code for verb in ("plan", "cancel", "record")} == {403}
    for person in (built.other_school.people[Role.REFERRER], built.other_school.practitioner):
        assert client_of(person).get(address).status_code == 404
