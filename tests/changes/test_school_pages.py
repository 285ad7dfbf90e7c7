"""The pages about a change of school: done, refused, not found, and what was typed kept."""

from datetime import timedelta

import pytest

from portal.referrals.sharing.models import SchoolMove
from portal.web.dates import today
from tests.changes.conftest import agrees, rows
from tests.factories.statements import counted


def parts_of(day, name: str) -> dict[str, list[int]]:
    return {name: [day.day, day.month, day.year]}


def told(**changed) -> dict:
    return {**parts_of(today(), "moved_on"), "outside_name": "Harbour Steps", "said_by": "Her mother"} | changed


def record(client, kept, **changed):
    return client.post(f"{kept.path}/change-of-school", data=told(**changed))


def test_the_old_school_tells_ksaf_and_goes_on_seeing_it(kept, client_of, database):
    helen = client_of(kept.helen)
    assert f"{kept.path}/change-of-school" in helen.get(kept.path).text
    page = helen.get(f"{kept.path}/change-of-school").text
    assert "Marsh End School" not in page
    answer = record(helen, kept)
    assert (answer.status_code, answer.location) == (303, kept.path)
    assert "The child has changed school" in helen.get(kept.path).text
    assert helen.get(f"{kept.path}/school-move").status_code == 403
    assert "Larkfield Vale Academy said so" in client_of(kept.officer).get(f"{kept.path}/school-move").text


def test_ksaf_goes_on_to_what_follows_and_shares_in_one_click(kept, client_of, database):
    officer = client_of(kept.officer)
    answer = record(officer, kept, organisation=kept.new_key, outside_name="")
    assert (answer.status_code, answer.location) == (303, f"{kept.path}/school-move")
    page = officer.get(answer.location).text
    assert "They have not been asked." in page
    assert "is not told where the child has gone" in page
    assert "share?new-school" not in page
    with database.transaction():
        agrees(kept)
    page = officer.get(answer.location).text
    assert f"{kept.path}/share?new-school={kept.new_key}" in page
    form = officer.get(f"{kept.path}/share?new-school={kept.new_key}").text
    assert f'<option value="{kept.new_key}" selected>' in form
    assert "The child goes to this school now." in form
    terms = {"organisation": kept.new_key, "scope": "updates", "why": "It teaches the child now.", "months": "3"}
    assert officer.post(f"{kept.path}/share", data=terms).status_code == 303
    assert client_of(kept.new).get(kept.path).status_code == 200
    for address in ("", "?tab=people", "?tab=consent"):
        assert "Harbour Steps" not in client_of(kept.admin).get(f"{kept.path}{address}").text.replace(
            "Sharing with others the family names", ""
        ), address


def test_a_name_that_the_old_school_adds_afterwards_is_taken_for_a_guess(kept, client_of, database):
    officer = client_of(kept.officer)
    record(officer, kept, organisation=kept.new_key, outside_name="")
    record(client_of(kept.helen), kept)
    page = officer.get(f"{kept.path}/school-move").text
    assert "What it wrote can be a guess." in page
    assert "is not told where the child has gone" in page


def test_who_looked_at_the_new_school_is_kept_from_the_old_one(kept, client_of, database):
    officer = client_of(kept.officer)
    record(officer, kept, organisation=kept.new_key, outside_name="")
    with database.transaction():
        agrees(kept)
    terms = {"organisation": kept.new_key, "scope": "updates", "why": "It teaches the child now.", "months": "3"}
    officer.post(f"{kept.path}/share", data=terms)
    client_of(kept.new).get(kept.path)
    admin = client_of(kept.admin)
    for address in (f"{kept.path}/seen", "/audit?whose=others"):
        page = admin.get(address)
        assert page.status_code == 200
        assert "Harbour Steps" not in page.text
    assert "Harbour Steps" in client_of(kept.manager).get(f"{kept.path}/seen").text


def test_ended_now_the_next_request_finds_nothing(kept, client_of, database):
    officer, helen = client_of(kept.officer), client_of(kept.helen)
    record(officer, kept)
    assert helen.get(kept.path).status_code == 200
    ended = officer.post(f"{kept.path}/school-move/access", data={"access": "now"})
    assert ended.status_code == 303
    assert helen.get(kept.path).status_code == 404
    assert "Amira" not in helen.get("/referrals").text
    page = officer.get(f"{kept.path}/school-move").text
    assert "It sees the referral no more" in page
    assert "Nobody there" in officer.get(kept.path).text
    assert f"{kept.path}/messages" not in officer.get(kept.path).text
    again = officer.post(f"{kept.path}/school-move/access", data={"access": "now"})
    assert again.status_code == 409


def test_kept_until_a_day_the_old_school_reads_which(kept, client_of, database):
    officer = client_of(kept.officer)
    record(officer, kept)
    last = today() + timedelta(days=60)
    kept_until = {"access": "until", **parts_of(last, "last_day")}
    assert officer.post(f"{kept.path}/school-move/access", data=kept_until).status_code == 303
    assert "Your access ends on Friday 22 January 2027." in client_of(kept.helen).get(kept.path).text
    assert "Your access ends" not in officer.get(kept.path).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "Select when its access ends"),
        ({"access": "until"}, "Enter the last day on which it sees the referral"),
        ({"access": "until", "last_day": [1, 1, 2020]}, "Enter a day from today to"),
        ({"access": "until", "last_day": ["30", "2", "2027"]}, "Enter a date such as"),
    ],
)
def test_an_end_that_cannot_be_is_said(kept, client_of, database, typed, says):
    officer = client_of(kept.officer)
    record(officer, kept)
    answer = officer.post(f"{kept.path}/school-move/access", data=typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert client_of(kept.helen).get(kept.path).status_code == 200


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"moved_on": ["", "", ""]}, "Enter the day of the move"),
        ({"moved_on": [1, 1, 2020]}, "Enter a day from"),
        ({"outside_name": ""}, "Select a school, or enter the name of the new school"),
        ({"organisation": "{key}"}, "Select a school or enter a name, not both"),
        ({"said_by": ""}, "Enter who said that the child has moved"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(kept, client_of, database, changed, says):
    typed = {key: value.format(key=kept.new_key) if isinstance(value, str) else value for key, value in changed.items()}
    answer = record(client_of(kept.officer), kept, **typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert ("Her mother" in answer.text) is ("said_by" not in changed)
    with database.system_transaction(write=False):
        assert rows(SchoolMove) == []


def test_why_the_new_school_sees_nothing_is_kept_for_ksaf(kept, client_of, database):
    officer = client_of(kept.officer)
    record(officer, kept)
    address = f"{kept.path}/school-move/not-shared"
    assert officer.post(address, data={"text": ""}).status_code == 422
    assert officer.post(address, data={"text": "The family talks to it itself."}).status_code == 303
    assert "The family talks to it itself." in officer.get(f"{kept.path}/school-move").text
    assert "The family talks to it itself." not in client_of(kept.helen).get(kept.path).text
    assert officer.post(address, data={"text": "Again"}).status_code == 409


def test_before_anything_is_recorded_the_page_says_how(kept, client_of, database):
    officer = client_of(kept.officer)
    assert "No change of school is recorded" in officer.get(f"{kept.path}/school-move").text
    assert officer.post(f"{kept.path}/school-move/access", data={"access": "now"}).status_code == 409


def test_strangers_find_nothing_and_who_may_not_is_refused(kept, client_of, database):
    outsider, helen = client_of(kept.outsider), client_of(kept.helen)
    for page in ("change-of-school", "school-move"):
        assert outsider.get(f"{kept.path}/{page}").status_code == 404
    for page in ("change-of-school", "school-move/access", "school-move/not-shared"):
        assert outsider.post(f"{kept.path}/{page}").status_code == 404
    for page in ("school-move/access", "school-move/not-shared"):
        assert helen.post(f"{kept.path}/{page}").status_code == 403


def test_the_page_asks_at_most_eight_times(kept, client_of, database):
    officer = client_of(kept.officer)
    record(officer, kept, organisation=kept.new_key, outside_name="")
    officer.get(f"{kept.path}/school-move")
    with counted(database) as asked:
        assert officer.get(f"{kept.path}/school-move").status_code == 200
    print(f"change of school: {len(asked)} queries")
    assert len(asked) <= 8, "\n".join(each[:110] for each in asked)
