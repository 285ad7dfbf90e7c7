"""The pages about an organisation’s changes: done, refused, not found, and what was typed kept."""

import pytest

from portal.access.roles import Role
from portal.web.dates import today
from tests.factories import people, referrals
from tests.factories.statements import counted


@pytest.fixture
def administrator(kept, database):
    with database.system_transaction():
        return people.add_person(referrals.operator(), Role.ADMINISTRATOR)


def on(day) -> list[int]:
    return [day.day, day.month, day.year]


def path_of(database, person) -> str:
    with database.system_transaction(write=False):
        return f"/organisations/{people.organisation_key(person.organisation_id)}"


def test_closed_its_people_meet_a_clear_page_at_their_next_request(kept, administrator, client_of, database):
    admin, helen, path = client_of(administrator), client_of(kept.helen), path_of(database, kept.helen)
    assert f"{path}/closing" in admin.get(path).text
    page = admin.get(f"{path}/closing").text
    assert kept.reference in page
    assert "Amira" not in page
    assert "Open referrals it sent: 1" in page
    assert helen.get(kept.path).status_code == 200
    answer = admin.post(f"{path}/close", data={"reason": "It merged.", "since": on(today())})
    assert (answer.status_code, answer.location) == (303, path)
    assert "1 open referral stays with KSAF" in admin.get(path).text
    assert helen.get(kept.path).status_code == 302
    again = client_of(kept.helen)
    told = again.get(again.get("/").location).text
    assert "Larkfield Vale Academy no longer uses the portal" in told
    assert client_of(kept.officer).get(kept.path).status_code == 200


def test_closed_it_takes_no_invitation_until_it_is_opened_again(kept, administrator, client_of, database):
    admin, path = client_of(administrator), path_of(database, kept.new)
    admin.post(f"{path}/close", data={"reason": "It merged.", "since": on(today())})
    page = admin.get(path).text
    assert "This organisation is closed." in page
    assert "Invite a person" not in page
    invited = admin.post(f"{path}/invite", data={"email": "a@school.example", "role": "referrer"})
    assert invited.status_code == 422
    assert "is closed. Open it again" in invited.text
    assert admin.post(f"{path}/close", data={"reason": "Again", "since": on(today())}).status_code == 409
    assert admin.post(f"{path}/open", data={"reason": ""}).status_code == 422
    assert admin.post(f"{path}/open", data={"reason": "A mistake."}).status_code == 303
    assert "Invite a person" in admin.get(path).text
    assert "Opened again on" in admin.get(path).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"reason": "", "since": [1, 11, 2026]}, "Enter why it is closed"),
        ({"reason": "Kept words", "since": ["", "", ""]}, "Enter the day"),
        ({"reason": "Kept words", "since": [1, 1, 2027]}, "Enter today or a day before it"),
    ],
)
def test_what_is_missing_is_said_and_nothing_closes(kept, administrator, client_of, database, typed, says):
    admin, path = client_of(administrator), path_of(database, kept.helen)
    answer = admin.post(f"{path}/close", data=typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert ("Kept words" in answer.text) is (typed["reason"] != "")
    assert client_of(kept.helen).get(kept.path).status_code == 200


def test_renamed_it_is_found_by_both_names(kept, administrator, client_of, database):
    admin, path = client_of(administrator), path_of(database, kept.helen)
    taken = admin.post(f"{path}/name", data={"name": "Harbour Steps", "since": on(today())})
    assert taken.status_code == 422
    assert "already an organisation called Harbour Steps" in taken.text
    assert admin.post(f"{path}/name", data={"name": "Larkfield Academy", "since": on(today())}).status_code == 303
    found = admin.get("/organisations?q=Vale").text
    assert "Larkfield Academy" in found
    assert "Formerly Larkfield Vale Academy" in found
    assert "Harbour Steps" not in found
    assert "No organisation is or was called so" in admin.get("/organisations?q=nowhere").text
    assert "Larkfield Academy" in client_of(kept.helen).get("/").text


def test_a_trust_is_noted_and_opens_nothing(kept, administrator, client_of, database):
    admin, path = client_of(administrator), path_of(database, kept.helen)
    noted = admin.post(f"{path}/trust", data={"trust": "Estuary Learning Trust", "since": on(today())})
    assert noted.status_code == 303
    assert "Belongs to Estuary Learning Trust since" in admin.get(path).text
    assert 'value="Estuary Learning Trust"' in admin.get(f"{path}/trust").text
    assert admin.post(f"{path}/trust", data={"trust": "x" * 201, "since": on(today())}).status_code == 422


def test_ksaf_itself_cannot_be_closed_and_others_may_not(kept, administrator, client_of, database):
    admin, home = client_of(administrator), path_of(database, kept.officer)
    assert admin.get(f"{home}/closing").status_code == 404
    path = path_of(database, kept.helen)
    for page in ("name", "trust", "closing"):
        assert client_of(kept.manager).get(f"{path}/{page}").status_code == 403
        assert client_of(kept.admin).get(f"{path}/{page}").status_code == 403
        assert client_of(kept.outsider).get(f"{path}/{page}").status_code == 404
    for page in ("name", "trust", "close", "open"):
        assert client_of(kept.admin).post(f"{path}/{page}").status_code == 403
        assert client_of(kept.outsider).post(f"{path}/{page}").status_code == 404


def test_the_pages_ask_at_most_eight_times(kept, administrator, client_of, database):
    admin, path = client_of(administrator), path_of(database, kept.helen)
    for address in (path, f"{path}/closing", "/organisations?q=a"):
        admin.get(address)
        with counted(database) as asked:
            assert admin.get(address).status_code == 200
        print(f"{address.rpartition('/')[2][:12]}: {len(asked)} queries")
        assert len(asked) <= 8, "\n".join(each[:110] for each in asked)
