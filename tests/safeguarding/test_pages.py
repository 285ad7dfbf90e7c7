"""The pages of a concern: raised, received, looked at, and who is refused."""

from datetime import UTC, datetime

import pytest

from portal.referrals.models import Referral
from tests.factories import people, referrals
from tests.safeguarding.conftest import OPINION, SAID, SEEN, World, shared

TYPED = {
    "danger": "yes",
    "seen": SEEN,
    "said": SAID,
    "witness": "Mr Patel, form tutor",
    "day": ["23", "11", "2026"],
    "time": "09:10",
    "opinion": OPINION,
}
WORDS = (SEEN, SAID, OPINION, "Mr Patel, form tutor")


@pytest.fixture
def referral(database, kept) -> Referral:
    with database.transaction():
        return shared(kept)


def said_in(text: str) -> list[str]:
    """Which of the words that were typed a page shows."""
    return [each for each in WORDS if each.strip("“”") in text]


def send(client, referral: Referral, **other) -> str:
    """Raise a concern and return its address."""
    answer = client.post(f"/referrals/{referral.reference}/concern", data=TYPED | other)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removesuffix("/received")


def test_the_school_raises_one_and_sees_that_it_was_received_and_looked_at(client_of, kept, referral, moment):
    school, team = client_of(kept.referrer), client_of(kept.safeguarding)
    record = f"/referrals/{referral.reference}"
    assert f'href="{record}/concern"' in school.get(record).text
    form = school.get(f"{record}/concern").text
    assert all(each in form for each in ('value="Helen Marsh"', 'value="23"', 'value="10:00"', "03000 41 11 11"))
    page = send(school, referral)
    shown = school.get(f"{page}/received").text
    assert "Do not wait for KSAF to read this" in shown
    assert "Monday 23 November 2026 at 11am" in shown
    moment.advance(minutes=12)
    read = team.get(page).text
    assert said_in(read) == list(WORDS)
    assert team.post(f"{page}/look").status_code == 303
    assert "Looked at by Colm Daly" in team.get(page).text
    assert "had looked at it already" in team.post(f"{page}/look", follow_redirects=True).text
    after = school.get(f"{page}/received").text
    assert "Monday 23 November 2026 at 10:12am" in after
    assert "Do not wait" not in after
    assert "looked at Mon 23 Nov, 10:12am" in school.get("/concerns").text
    assert said_in(after + shown + school.get("/concerns").text) == []


@pytest.fixture
def raised_in(client_of, database, kept, referral, moment):
    """Return a function that raises a concern about a child of an area at a moment, and gives the school's client."""

    def make(area: str, at: datetime):
        with database.transaction():
            referrals.load_for(kept.officer, referral.id).area = area
        moment.set(at)
        client = client_of(kept.referrer)
        return client, send(client, referral)

    return make


@pytest.mark.parametrize(
    ("at", "area", "first", "team"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "kent", "03000 41 11 11", "There now."),
        (datetime(2026, 11, 23, 20, tzinfo=UTC), "kent", "03000 41 91 91", "opens on Tuesday 24 November 2026 at 9am"),
        (datetime(2026, 11, 28, 10, tzinfo=UTC), "medway", "03000 41 91 91", "Monday 30 November 2026 at 9am"),
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "medway", "01634 334466", "There now."),
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "other", "Call the council where the child is now", "There now."),
    ],
)
def test_the_numbers_are_those_answered_at_this_hour_where_the_child_is(raised_in, at, area, first, team):
    client, page = raised_in(area, at)
    shown = client.get(f"{page}/received").text
    assert team in shown
    known = ("03000 41 11 11", "03000 41 91 91", "01634 334466", "Call the council")
    numbers = [each for each in known if each in shown]
    assert shown.index("999") < shown.index(first)
    assert all(shown.index(first) <= shown.index(each) for each in numbers)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"danger": ""}, "Select whether anyone is in danger now"),
        ({"seen": "", "said": ""}, "Enter what was seen or heard, or what the child said"),
        ({"witness": ""}, "Enter who saw or heard it"),
        ({"time": "late"}, "Enter a time such as"),
        ({"time": "23:50"}, "Enter a time that has passed"),
        ({"day": ["31", "2", "2026"]}, "Enter a date such as"),
    ],
)
def test_what_was_typed_survives_what_is_missing(client_of, kept, referral, wrong, says):
    answer = client_of(kept.viewer).post(f"/referrals/{referral.reference}/concern", data=TYPED | wrong)
    assert (answer.status_code, says in answer.text) == (422, True)
    left = [each for each in WORDS if each not in {SEEN, SAID} or "seen" not in wrong]
    assert all(each in said_in(answer.text) or each in wrong or not wrong.get("witness", each) for each in left)


def test_the_childs_words_alone_are_enough(client_of, kept, referral):
    page = send(client_of(kept.referrer), referral, seen="")
    assert SAID.strip("“”") in client_of(kept.safeguarding).get(page).text


def test_it_can_be_about_a_weekly_update(client_of, kept, referral):
    client = client_of(kept.referrer)
    form = client.get(f"/referrals/{referral.reference}/concern?week=2").text
    assert 'name="week" value="2"' in form
    page = send(client, referral, week="2")
    assert "The update of week 2" in client_of(kept.manager).get(page).text


def test_everybody_else_is_told_that_there_is_no_such_thing(client_of, kept: World, referral):
    page = send(client_of(kept.referrer), referral)
    for person in (kept.colleague, kept.viewer, kept.council, kept.outsider, kept.officer, kept.practitioner):
        client = client_of(person)
        answers = [client.get(page), client.post(f"{page}/look"), client.get(f"{page}/received")]
        assert [each.status_code for each in answers] == [404, 404, 404], person.role
        assert page.rpartition("/")[2] not in client.get("/concerns").text
    assert client_of(kept.referrer).get(page).status_code == 404
    assert client_of(kept.manager).get(f"{page}/received").status_code == 404


def test_a_draft_and_a_strangers_referral_take_none(client_of, kept, database, referral):
    with database.transaction():
        draft = referrals.draft(kept.referrer).reference
    assert client_of(kept.referrer).get(f"/referrals/{draft}/concern").status_code == 404
    answer = client_of(kept.outsider).post(f"/referrals/{referral.reference}/concern", data=TYPED)
    assert answer.status_code == 404
    adviser = people.Role.SUPPORT_LINE_ADVISER
    with database.transaction():
        away = referrals.staff(adviser)
    assert client_of(away).get(f"/referrals/{referral.reference}/concern").status_code == 403
    assert client_of(away).get("/concerns").status_code == 403


def test_the_queue_puts_danger_and_what_nobody_has_looked_at_first(client_of, kept, referral, moment):
    school, team = client_of(kept.referrer), client_of(kept.safeguarding)
    seen_already, calm, danger = (send(school, referral, danger=each) for each in ("yes", "no", "not_sure"))
    team.post(f"{seen_already}/look")
    moment.advance(minutes=50)
    shown = client_of(kept.safeguarding).get("/concerns").text
    places = [shown.index(each) for each in (danger, calm, seen_already)]
    assert places == sorted(places)
    assert "50 minutes ago" in shown
    assert "10 working minutes left" in shown


def test_prompts_and_the_first_page_lead_straight_to_the_concern(client_of, kept, referral):
    page = send(client_of(kept.referrer), referral)
    team = client_of(kept.safeguarding)
    assert f'href="{page}"' in team.get("/home/waiting").text
    assert page not in client_of(kept.officer).get("/home/risk").text
