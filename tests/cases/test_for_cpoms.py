"""A contact that belongs in the safeguarding record: in the list for CPOMS until it is there, and marked in the log."""

import pytest

from portal.access.roles import Role
from tests.cases.test_contacts import TYPED
from tests.factories import world

SEEN = "A bruise on the left arm, the size of a coin"
MARKED = TYPED | {"observation": SEEN, "belongs_in_cpoms": "y"}


@pytest.fixture
def kept(database, moment, client_of):
    """The practitioner's and the safeguarding team's browsers, and the address of a family's contact log."""
    built = world.build(database)
    staff = built.ksaf.people
    address = f"/referrals/{built.school.references['in_support']}/contacts"
    return client_of(staff[Role.FAMILY_OUTREACH_PRACTITIONER]), client_of(staff[Role.SAFEGUARDING_TEAM]), address


def test_it_is_offered_marked_by_a_person_and_the_log_says_so(kept):
    practitioner, team, address = kept
    assert practitioner.post(f"{address}/new", data=MARKED).status_code == 303
    assert "Not recorded yet" in practitioner.get(address).text
    listed = team.get("/concerns/cpoms").text
    name = next(part.split('"')[0] for part in listed.split('value="') if part.startswith("contact:"))
    assert SEEN in team.get("/concerns/cpoms/text", query_string={"item": name}).text
    team.post("/concerns/cpoms", data={"item": name})
    assert SEEN not in team.get("/concerns/cpoms").text
    assert "Recorded by" in practitioner.get(address).text
    again = team.get("/concerns/cpoms/text", query_string={"item": name})
    assert (again.status_code, SEEN in again.text) == (200, True)


def test_one_that_was_not_marked_stays_out_and_the_practitioner_never_opens_the_list(kept):
    practitioner, team, address = kept
    practitioner.post(f"{address}/new", data=TYPED | {"observation": SEEN})
    assert SEEN not in team.get("/concerns/cpoms").text
    assert "In CPOMS" not in practitioner.get(address).text
    assert practitioner.get("/concerns/cpoms").status_code == 403


def test_a_correction_stands_in_the_list_in_place_of_what_it_corrects(kept):
    practitioner, team, address = kept
    practitioner.post(f"{address}/new", data=MARKED)
    card = next(part for part in practitioner.get(address).text.split("<section") if SEEN in part)
    entry = card.split(f'href="{address}/')[1].split('"')[0]
    better = MARKED | {"observation": "A bruise on the right arm", "why": "The other arm"}
    assert practitioner.post(f"{address}/{entry}", data=better).status_code == 303
    listed = team.get("/concerns/cpoms").text
    assert ("A bruise on the right arm" in listed, SEEN in listed) == (True, False)
