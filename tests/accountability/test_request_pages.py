"""The register's pages: recorded, worked through, refused to others, and nothing typed lost."""

import pytest

from portal.access.roles import Role
from tests.factories import referrals

TYPED = {
    "kind": "access",
    "asked": "Everything you have about Callum",
    "asker": "Dana Reid",
    "capacity": "parent",
    "reply_to": "07700 900123",
    "about": "Callum Reid",
    "way": "phone",
    "received_on": ["20", "11", "2026"],
    "known_by": "KSAF called the number it has",
}
WORDS = (
    "Everything you have about Callum",
    "Dana Reid",
    "07700 900123",
    "Callum Reid",
    "KSAF called the number it has",
)


@pytest.fixture
def manager(client_of, cast):
    return client_of(cast.manager)


def recorded(client, **other) -> str:
    answer = client.post("/data-requests/new", data=TYPED | other)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_request_is_recorded_and_its_time_runs(manager, cast):
    assert "Nothing is to be answered" in manager.get("/data-requests").text
    page = recorded(manager, references=f"{cast.referral.reference.lower()}, {cast.referral.reference}")
    shown = manager.get(page).text
    assert all(each in shown for each in WORDS)
    assert shown.count(f'href="/referrals/{cast.referral.reference}"') == 1
    assert "Monday 21 December 2026 at 5pm" in shown  # 20 December is a Sunday
    assert page.rpartition("/")[2] in manager.get("/data-requests").text
    assert "Dana Reid" not in manager.get("/data-requests").text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": ""}, "Select what they ask"),
        ({"asked": ""}, "Enter what they ask"),
        ({"asker": ""}, "Enter who asks"),
        ({"capacity": "neighbour"}, "Select as whom they ask"),
        ({"reply_to": ""}, "Enter how to reach them"),
        ({"about": ""}, "Enter whose information it is"),
        ({"way": "partner"}, "Select how it came"),
        ({"received_on": ["24", "11", "2026"]}, "Enter a day that is not in the future"),
        ({"received_on": ["31", "2", "2026"]}, "Enter a date such as"),
        ({"references": "KSAF-0000-0000"}, "KSAF has no referral KSAF-0000-0000"),
        ({"capacity": "representative"}, "Enter what shows that they may ask"),
    ],
)
def test_what_was_typed_survives_what_is_missing(manager, wrong, says):
    answer = manager.post("/data-requests/new", data=TYPED | wrong)
    assert (answer.status_code, says in answer.text) == (422, True)
    assert all(each in answer.text for each in WORDS if each not in [TYPED.get(key) for key in wrong])


def test_a_request_goes_from_the_proof_to_the_answer(manager, client_of, cast, moment):
    page = recorded(manager, known_by="")
    assert "Not known yet" in manager.get(page).text
    early = manager.post(f"{page}/answer", data={"outcome": "granted", "words": "All of it", "sent": "By post"})
    assert (early.status_code, "First record how you know" in early.text, "All of it" in early.text) == (
        422,
        True,
        True,
    )
    asked = manager.post(f"{page}/ask", data={"question": "identity", "words": "A letter to the address KSAF has"})
    assert asked.status_code == 303
    waiting = manager.get(page).text
    assert "paused: KSAF has asked whoever made the request" in waiting
    again = manager.post(f"{page}/ask", data={"question": "identity", "words": "And again"})
    assert (again.status_code, "And again" in again.text) == (409, True)
    moment.advance(days=2)
    manager = client_of(cast.manager)
    assert manager.post(f"{page}/reply", data={"words": "Called back", "on": ["25", "11", "2026"]}).status_code == 303
    assert "Tuesday 29 December 2026 at 5pm" in manager.get(page).text  # from the day the proof came, past Christmas
    told = {"words": "Three services hold parts of it. Told by letter."}
    assert manager.post(f"{page}/extend", data=told).status_code == 303
    assert "Thursday 25 February 2027 at 5pm" in manager.get(page).text
    late = manager.post(f"{page}/extend", data=told)
    assert (late.status_code, "The law allows that once" in late.text) == (422, True)
    done = manager.post(f"{page}/answer", data={"outcome": "in_part", "words": "Others withheld", "sent": "By hand"})
    assert done.status_code == 303
    over = manager.get(page).text
    assert all(each in over for each in ("Done in part", "Others withheld", "How they were told: By hand"))
    assert f"{page}/answer" not in over
    assert page.rpartition("/")[2] not in manager.get("/data-requests").text
    assert page.rpartition("/")[2] in manager.get("/data-requests?show=answered").text


def test_a_complaint_is_acknowledged_and_nothing_stops_its_time(manager):
    page = recorded(manager, kind="complaint", received_on=["23", "11", "2026"])
    assert "Wednesday 23 December 2026 at 5pm" in manager.get(page).text
    assert not any(f"{page}/{step}" in manager.get(page).text for step in ("ask", "copies", "extend"))
    answer = manager.post(f"{page}/ask", data={"question": "identity", "words": "Who?"})
    assert (answer.status_code, "Select what you need" in answer.text) == (422, True)
    assert manager.post(f"{page}/acknowledge", data={"words": "By email, today"}).status_code == 303
    assert "By email, today" in manager.get(page).text
    assert manager.post(f"{page}/acknowledge", data={"words": "Once more"}).status_code == 409
    granted = manager.post(f"{page}/answer", data={"outcome": "granted", "words": "Why", "sent": "How"})
    assert (granted.status_code, "Select what came of it" in granted.text) == (422, True)


def test_others_are_told_that_there_is_no_such_thing(client_of, cast, manager):
    page = recorded(manager)
    for person in (cast.referrer, cast.admin, cast.officer, cast.safeguarding):
        client = client_of(person)
        assert client.get("/data-requests").status_code == 403
        assert client.post("/data-requests/new", data=TYPED).status_code == 403
        for step in ("", "/ask", "/reply", "/acknowledge", "/extend", "/answer"):
            assert client.get(f"{page}{step}").status_code == 404
            assert step == "" or client.post(f"{page}{step}").status_code == 404


def test_an_administrator_keeps_the_register_and_opens_no_referral(client_of, cast, manager, database):
    page = recorded(manager, references=cast.referral.reference)
    with database.transaction():
        person = referrals.staff(Role.ADMINISTRATOR)
    administrator = client_of(person)
    shown = administrator.get(page).text
    assert cast.referral.reference in shown
    assert f'href="/referrals/{cast.referral.reference}"' not in shown
    assert administrator.post(f"{page}/acknowledge", data={"words": "By phone"}).status_code == 303
