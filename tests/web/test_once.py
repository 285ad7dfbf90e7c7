"""One-time keys: the same form sent again gets its first answer, and a key does nothing anywhere else."""

import re

import pytest
from sqlmodel import col, func, select

from portal.access.roles import Role
from portal.accounts.models import Invitation
from portal.referrals.models import Referral
from tests.factories import people
from tests.factories.forms import READY

KEY = "a-key-that-was-used-before"


@pytest.fixture
def admins(database, moment):
    """An admin of one school, who also refers for another."""
    with database.transaction():
        first, second = people.add_organisation(name="Amberfield"), people.add_organisation(name="Birchwood")
        admin = people.add_person(first, Role.ORGANISATION_ADMIN)
        return admin, people.add_membership(second.id, admin.user_id, Role.ORGANISATION_ADMIN)


def how_many(database, kind) -> int:
    with database.system_transaction(write=False) as session:
        return session.scalar(select(func.count(col(kind.id))))


def key_on(page) -> str:
    return re.search(r'name="request_key" value="([^"]+)"', page.text)[1]


def test_a_key_used_on_one_form_does_not_swallow_another(client_of, admins, database):
    client = client_of(admins[0])
    asked = {"email": "new@amberfield.example", "role": "referrer", "request_key": KEY}
    assert client.post("/people/invite", data=asked).location == "/people"
    started = client.post("/referrals/new", data=READY | {"request_key": KEY})
    assert started.location.endswith("/tasks")
    assert (how_many(database, Invitation), how_many(database, Referral)) == (1, 1)


def test_a_form_opened_for_one_organisation_does_nothing_for_another(client_of, admins, database):
    admin, other_key = admins
    client = client_of(admin)
    invite, new = (key_on(client.get(page)) for page in ("/people/invite", "/referrals/new"))
    # In another tab the same person changes to their other organisation.
    assert client.post("/organisations-in-use", data={"membership": other_key}).status_code == 303
    asked = {"email": "new@amberfield.example", "role": "organisation_admin", "request_key": invite}
    answers = [
        client.post("/people/invite", data=asked),
        client.post("/referrals/new", data=READY | {"request_key": new}),
    ]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert all("another of your organisations" in answer.text for answer in answers)
    assert (how_many(database, Invitation), how_many(database, Referral)) == (0, 0)


def test_a_form_opened_for_the_organisation_in_use_works(client_of, admins, database):
    client = client_of(admins[0])
    key = key_on(client.get("/referrals/new"))
    first, again = (client.post("/referrals/new", data=READY | {"request_key": key}) for _ in range(2))
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert how_many(database, Referral) == 1
