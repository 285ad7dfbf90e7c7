"""Writing, posting and reading updates through the web, and the page to work from."""

from dataclasses import dataclass

import pytest
from werkzeug.datastructures import MultiDict

from portal import db
from portal.accounts import held
from portal.cases import queries, weeks
from portal.cases.models import CaseWeek
from tests.cases.conftest import in_support
from tests.cases.test_updates import TYPED, goal_of
from tests.factories.cast import World
from tests.factories.support import agreements


@dataclass(frozen=True)
class Families:
    """Three families in their first week, by reference, each with the key of its goal."""

    references: list[str]
    goals: list[str]

    def page(self, number: int = 1, family: int = 0) -> str:
        return f"/referrals/{self.references[family]}/weeks/{number}"


@pytest.fixture
def families(database, kept: World, moment) -> Families:
    made = Families([], [])
    with database.transaction():
        for _ in range(3):
            referral, case = in_support(kept)
            goal = goal_of(case, "I walk in by myself")
            db.session().add_all([goal, *agreements(referral, kept.practitioner)])
            db.session().flush()
            made.references.append(referral.reference)
            made.goals.append(goal.key)
    moment.advance(days=2)
    return made


def row_of(database, person, reference: str, number: int = 1) -> CaseWeek:
    with database.transaction(tenant=person.organisation_id) as session:
        found = queries.open_support(person.actor, reference)
        row = next(each for each in weeks.rows_of(person.actor, found.case, frozenset()) if each.number == number)
        session.expunge(row)
        return row


def test_an_update_is_written_previewed_posted_and_read(client_of, kept, families):
    page, client = families.page(), client_of(kept.practitioner)
    shown = client.get(page).text
    assert "3 at the start" in shown
    typed = TYPED | {f"goal-{families.goals[0]}": "6", "version": "0"}
    saved = client.post(page, data=typed)
    assert (saved.status_code, saved.location) == (303, f"{page}#preview")
    again = client.get(page).text
    assert all(text in again for text in (TYPED["progress"], TYPED["note"]))
    preview = client.get(f"{page}/preview").text
    assert TYPED["next_steps"] in preview
    assert TYPED["note"] not in preview
    keyed = typed | {"version": "1", "do": "post", "request_key": "once"}
    answers = [client.post(page, data=keyed) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [
        (303, page.replace("/weeks/1", "/support"))
    ] * 2
    school = client_of(kept.referrer)
    read = school.get(page.replace("/weeks/1", "/support")).text
    assert preview.partition("<h3")[0].strip() in read
    assert TYPED["note"] not in read
    assert "Mark week 1 as read" in read
    assert school.post(f"{page}/read").status_code == 303
    assert "Read by Helen Marsh" in client.get(page.replace("/weeks/1", "/support")).text


def test_the_partners_open_page_is_told_and_its_list_leads_straight_to_the_update(client_of, kept, families):
    school, support = client_of(kept.referrer), families.page().replace("/weeks/1", "/support")
    before = school.get(f"{support}/weeks")
    assert "No updates posted" in before.text
    client_of(kept.practitioner).post(families.page(), data=TYPED | {"version": "0", "do": "post"})
    after = school.get(f"{support}/weeks", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "1 update posted, the newest of week 1" in after.text
    assert f'href="{support}"' in school.get("/home/waiting").text


def test_what_is_missing_is_asked_for_and_every_word_stays(client_of, kept, database, families):
    client, page = client_of(kept.practitioner), families.page()
    for wrong in (
        {"progress": ""},
        {"contacts": "some"},
        {"attendance": "120"},
        {"concern": "yes", "danger": "no"},
        {"concern": "yes", "seen": "Seen."},
        {f"goal-{families.goals[0]}": "11"},
        {"engagement": ""},
    ):
        answer = client.post(page, data=TYPED | {"version": "0", "do": "post"} | wrong)
        assert answer.status_code == 422, wrong
        assert all(TYPED[key] in answer.text for key in ("barriers", "next_steps", "note"))
        assert all(value in answer.text for value in wrong.values())
        assert answer.text.count('<a href="#') - answer.text.count('href="#main') == 1, wrong
    assert row_of(database, kept.practitioner, families.references[0]).posted_at is None
    early = client.post(families.page(3), data=TYPED | {"version": "0", "do": "post"})
    assert early.status_code == 422
    assert "Week 3 begins on Monday 7 December 2026" in early.text


def test_autosave_keeps_the_draft_and_says_when_somebody_else_was_there(client_of, kept, database, families):
    page = families.page()
    mine, hers = client_of(kept.practitioner), client_of(kept.case_manager)
    first = mine.post(f"{page}/autosave", data={"progress": "Two vis", "contacts": "x", "version": "0"})
    assert (first.status_code, first.headers["X-Draft-Version"]) == (204, "1")
    assert hers.post(f"{page}/autosave", data={"progress": "Other", "version": "0"}).status_code == 409
    both = hers.post(page, data={"progress": "Other words", "note": "Mine too", "version": "0"})
    assert both.status_code == 409
    assert all(text in both.text for text in ("Two vis", "Other words", "Mine too", "Jo Pemberton changed this draft"))
    assert hers.post(page, data={"progress": "Other words", "version": "1"}).status_code == 303
    assert row_of(database, kept.practitioner, families.references[0]).draft == {"progress": "Other words"}


def test_what_a_session_that_ended_left_comes_back_and_overwrites_nobody(client_of, kept, families, monkeypatch):
    page, client = families.page(), client_of(kept.practitioner)
    left = MultiDict(TYPED | {"version": "0"})
    monkeypatch.setattr(held, "give_back", lambda _actor, path: left if path == page else None)
    shown = client.get(page).text
    assert "What you wrote before you were signed out is back in the form" in shown
    assert "data-autosave-unsaved" in shown
    assert TYPED["note"] in shown
    client_of(kept.case_manager).post(page, data={"progress": "Hers", "version": "0"})
    both = client.get(page).text
    assert all(text in both for text in ("Anika Rao changed this draft", "Hers", TYPED["note"]))


def test_the_referral_leads_who_helps_to_the_update_that_is_owed(client_of, kept, families):
    page = families.page()
    for person, is_led in ((kept.practitioner, True), (kept.referrer, False)):
        assert (f'href="{page}#update"' in client_of(person).get(page.replace("/weeks/1", "")).text) is is_led


def test_who_comes_second_keeps_the_text_and_is_told_who_was_first(client_of, kept, families):
    client_of(kept.practitioner).post(families.page(), data=TYPED | {"version": "0", "do": "post"})
    late = client_of(kept.case_manager).post(
        families.page(), data=TYPED | {"progress": "My own words", "version": "0", "do": "post"}
    )
    assert late.status_code == 409
    assert "Jo Pemberton posted the update of week 1" in late.text
    assert "My own words" in late.text
    assert client_of(kept.case_manager).get(families.page()).location.endswith("/support")


def test_who_may_not_write_it(client_of, kept, families):
    page = families.page()
    for person, status in (
        (kept.referrer, 403),
        (kept.officer, 403),
        (kept.outsider, 404),
        (kept.other_practitioner, 404),
    ):
        client = client_of(person)
        asked = [client.get(page), client.post(page), client.post(f"{page}/autosave"), client.get(f"{page}/preview")]
        assert [answer.status_code for answer in asked] == [status] * 4
    assert client_of(kept.practitioner).post(f"{page}/read").status_code == 403
    assert client_of(kept.practitioner).get(families.page(6)).status_code == 404


def test_this_week_leads_from_one_update_to_the_next(client_of, kept, families):
    client = client_of(kept.practitioner)
    shown = client.get("/this-week").text
    assert "3 updates left this week" in shown
    visited, page = [], families.page()
    for _ in range(3):
        answer = client.post(page, data=TYPED | {"version": "0", "do": "post", "from": "this-week"})
        visited.append(page)
        page = answer.location.partition("?")[0]
        if page != "/this-week":
            assert answer.location.endswith("?from=this-week")
    assert page == "/this-week"
    assert len(set(visited)) == 3
    done = client.get("/this-week").text
    assert "Nothing is left to do this week" in done
    assert done.count("Week 1 of 5") == 3


def test_this_week_is_in_the_order_of_time_left_and_keeps_what_was_missed(client_of, kept, families, moment):
    client_of(kept.practitioner).post(families.page(), data=TYPED | {"version": "0", "do": "post"})
    moment.advance(weeks=1)
    shown = client_of(kept.practitioner).get("/this-week").text
    assert "5 updates left this week" in shown
    order = [shown.index(f"/referrals/{families.references[family]}/weeks/1?") for family in (1, 2)]
    assert max(order) < shown.index(f"/referrals/{families.references[0]}/weeks/2?")
    assert "missed" in shown


def test_whose_families_this_week_shows(client_of, kept, families):
    assert "3 updates left" in client_of(kept.case_manager).get("/this-week").text
    assert "3 updates left" in client_of(kept.manager).get("/this-week").text
    assert "No family is in support with you" in client_of(kept.other_practitioner).get("/this-week").text
    assert client_of(kept.officer).get("/this-week").status_code == 403
    assert client_of(kept.referrer).get("/this-week").status_code == 403
    client = client_of(kept.practitioner)
    tag = client.get("/this-week/rows").headers["ETag"]
    assert client.get("/this-week/rows", headers={"If-None-Match": tag}).status_code == 304
