"""The pages of the plan: done, refused, not found, and what was typed kept."""

import pytest

from portal import db
from portal.access.roles import Role
from portal.cases.models import SupportCase
from portal.consent import wording
from tests.factories import support, world

PLAN = {
    "intervention": "ebsa",
    "why": "Why we chose it",
    "story": "Their story",
    "part_family": "Bags by the door",
    "part_ksaf": "A visit a week",
}
CONSENT = {
    **{f"purpose_{each.key}": "given" for each in wording.current().purposes},
    "given_by": "Rosa Vale",
    "capacity": "parental_responsibility",
    "method": "face_to_face",
    "asked_on": ["23", "11", "2026"],
    "note": "At the kitchen table",
}


@pytest.fixture
def built(database, moment) -> world.World:
    """The small world, with a family in support."""
    return world.build(database)


@pytest.fixture
def address(built) -> str:
    return f"/referrals/{built.school.references[world.State.IN_SUPPORT]}/plan"


def version(database, address) -> str:
    with database.transaction(), world.as_system(db.session()):
        wanted = world.select(SupportCase).join(world.Referral, world.Referral.id == SupportCase.referral_id)
        case = db.session().scalars(wanted.where(world.Referral.reference == address.split("/")[2])).one()
        return case.plan_updated_at.isoformat()


def test_the_practitioner_writes_the_plan_and_the_school_reads_and_prints_its_page(client_of, database, built, address):
    practitioner = client_of(built.school.practitioner)
    data = {**PLAN, "version": version(database, address)}
    assert practitioner.post(f"{address}/edit", data=data).status_code == 303
    assert practitioner.post(f"{address}/consent", data=CONSENT).status_code == 303
    assert practitioner.post(f"{address}/goals", data={"words": "To sleep", "baseline": "0"}).status_code == 303
    own = practitioner.get(address).text
    assert "Their story" in own
    assert "At the kitchen table" in own
    school = client_of(built.school.people[Role.REFERRER])
    for page in (address, f"{address}/page"):
        read = school.get(page).text
        assert "Bags by the door" in read
        assert "To sleep" in read
        assert "Emotionally based school avoidance" in read
        for private in ("Their story", "Why we chose it", "At the kitchen table", support.PRIVATE, "Change or end"):
            assert private not in read
    assert "wording" in client_of(built.school.people[Role.REFERRER]).get(f"{address[:-5]}?tab=consent").text


@pytest.mark.parametrize(
    ("page", "data", "told"),
    [
        ("edit", {**PLAN, "intervention": ""}, "Select what was chosen"),
        ("edit", {**PLAN, "part_family": "x" * 601}, "Shorten this"),
        ("consent", {**CONSENT, "asked_on": ["24", "11", "2026"]}, "Enter today or a day before it"),
        ("consent", {**CONSENT, "purpose_ksaf_support": "limited"}, "Enter the limits"),
        ("consent", {**CONSENT, "purpose_ksaf_support": ""}, "Select what they said about"),
        ("goals", {"words": "To sleep", "baseline": "11"}, "Enter a number from 0 to 10"),
        ("goals", {"words": "", "baseline": "3"}, "Enter the goal"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client_of, built, address, page, data, told):
    answer = client_of(built.school.practitioner).post(f"{address}/{page}", data=data)
    assert answer.status_code == 422
    assert told in answer.text
    for typed in ("story", "note", "words"):
        assert data.get(typed, "") in answer.text


def test_a_stale_plan_shows_both_texts(client_of, built, address):
    answer = client_of(built.school.practitioner).post(f"{address}/edit", data={**PLAN, "version": "long ago"})
    assert answer.status_code == 409
    assert "Bags by the door" in answer.text
    assert f"Plan {built.school.mark}" in answer.text


def test_a_refusal_stops_the_support_and_says_what_comes_next(client_of, built, address):
    practitioner = client_of(built.school.practitioner)
    refused = {**CONSENT, "purpose_ksaf_support": "refused"}
    assert practitioner.post(f"{address}/consent", data=refused).status_code == 303
    assert "Support cannot go on" in practitioner.get(address).text
    assert f"{address[:-5]}/close" in client_of(built.ksaf.people[Role.MANAGER]).get(address).text
    answer = practitioner.post(f"{address}/goals", data={"words": "To sleep", "baseline": "0"})
    assert (answer.status_code, "To sleep" in answer.text) == (422, True)


def test_goals_are_changed_and_ended(client_of, built, address):
    practitioner, path = client_of(built.school.practitioner), f"{address}/goals/{built.school.goal}"
    assert practitioner.post(path, data={"words": "Calm", "baseline": "2"}).status_code == 303
    assert practitioner.post(f"{path}/end", data={"why": ""}).status_code == 422
    assert practitioner.post(f"{path}/end", data={"why": "Reached"}).status_code == 303
    assert practitioner.post(f"{path}/end", data={"why": "Reached"}).status_code == 409
    assert practitioner.post(f"{address}/goals/{built.other_school.goal}", data={}).status_code == 404


def test_a_school_may_not_write_and_others_find_nothing(client_of, built, address):
    school = client_of(built.school.people[Role.REFERRER])
    assert school.post(f"{address}/edit", data=PLAN).status_code == 403
    for person in (built.other_school.people[Role.REFERRER], built.other_school.practitioner):
        client = client_of(person)
        assert {client.get(f"{address}{page}").status_code for page in ("", "/page", "/edit", "/goals")} == {404}
