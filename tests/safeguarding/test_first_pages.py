"""Concerns on first pages: the team's queue, and to whoever raised one that it was received and looked at."""

import pytest

from portal.referrals.models import Referral
from tests.factories.statements import counted
from tests.safeguarding.conftest import SEEN, raised, raised_about, shared


@pytest.fixture
def referral(database, kept) -> Referral:
    with database.transaction():
        return shared(kept)


def test_whoever_raised_one_sees_what_became_of_it_and_nobody_else_does(client_of, database, kept, referral):
    with database.transaction():
        reference = raised_about(kept, referral).concern.reference
    school, page = client_of(kept.referrer), f"/concerns/{reference}/received"
    assert f'href="{page}"' in school.get("/").text
    client_of(kept.safeguarding).post(f"/concerns/{reference}/look")
    assert "looked at Mon 23 Nov, 10am" in school.get("/home/raised").text
    for person in (kept.colleague, kept.council, kept.practitioner, kept.officer):
        assert reference not in client_of(person).get("/").text
        assert reference not in client_of(person).get("/home/raised").text


def test_the_team_sees_the_queue_on_top(client_of, database, kept, referral):
    with database.transaction():
        reference = raised_about(kept, referral).concern.reference
    text = client_of(kept.safeguarding).get("/").text
    assert text.index("Safeguarding concerns") < text.index(f"/concerns/{reference}")
    assert SEEN not in text
    assert client_of(kept.officer).get("/home/concerns").status_code == 403


def test_first_pages_ask_no_more_for_concerns(client_of, database, kept, referral):
    for person in (kept.referrer, kept.practitioner, kept.safeguarding):
        client = client_of(person)
        with counted(database) as few:
            client.get("/")
        with database.transaction():
            for _ in range(3):
                raised(kept, kept.referrer)
        with counted(database) as many:
            client.get("/")
        print(f"the first page of {person.role}: {len(many)} queries")
        assert len(many) == len(few) <= 8
