"""What somebody tries who means harm: old links, odd characters, closing what is closed."""

import pytest
from sqlmodel import col, func, select

from portal.access.roles import Role
from portal.accounts.models import Membership, User
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from tests.accounts.test_account import NEW, link_for
from tests.accounts.test_sign_in import in_parallel
from tests.factories import people, referrals
from tests.factories.credentials import PASSWORD

PRESENT = {"current_password": PASSWORD}


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/account/password", {"new_password": NEW}),
        ("/account/details", {"name": "Rae Referrer", "email": "rae.new@school.example"}),
    ],
)
def test_a_link_in_an_old_mail_ends_with_the_password_or_address_it_was_for(
    client, client_of, database, house, path, typed
):
    link = link_for(client, database, house.referrer)
    assert client.get(link).status_code == 200
    assert client_of(house.referrer).post(path, data=typed | PRESENT).status_code == 303
    assert client.get(link).status_code == 404
    assert client.post(link, data={"new_password": NEW}).status_code == 404


@pytest.mark.parametrize("path", ["/sign-in", "/password-reset"])
def test_a_character_postgresql_cannot_keep_is_no_error_at_the_door(client, house, path):
    answer = client.post(path, data={"email": "rae\0@school.example", "password": "a\0b"})
    assert answer.status_code in {303, 422}


def test_nor_inside(client_of, house):
    client = client_of(house.admin)
    own = {"name": "Ada\0 Admin", "job_title": "\0", "phone": "\0", "email": house.admin.email}
    assert client.post("/account/details", data=own).status_code == 303
    assert client.post("/people/invite", data={"email": "a\0b@school.example", "role": "viewer"}).status_code == 303
    assert client.post("/organisations-in-use", data={"membership": "\0"}).status_code == 404


def closed(database):
    with database.system_transaction(write=False) as session:
        return session.scalar(select(func.count(col(AuditEvent.id))).where(AuditEvent.action == Action.PERSON_DISABLED))


@pytest.fixture
def administrators(database, house):
    """KSAF's two administrators."""
    with database.transaction():
        ksaf = referrals.operator()
        return tuple(people.add_person(ksaf, Role.ADMINISTRATOR) for _ in range(2))


def closing(database, person):
    """Return the address that closes a person's account."""
    with database.system_transaction(write=False) as session:
        key = session.scalars(select(Membership.key).where(Membership.user_id == person.user_id)).one()
        return f"/organisations/{people.organisation_key(person.organisation_id)}/people/{key}/close"


def test_an_account_is_closed_once(client_of, database, house, administrators):
    client = client_of(administrators[0])
    for _ in range(2):
        assert client.post(closing(database, house.referrer)).status_code == 303
    assert closed(database) == 1


def test_of_two_administrators_who_close_each_other_one_stays(client_of, database, administrators):
    first, second = administrators
    tries = [(client_of(first), closing(database, second)), (client_of(second), closing(database, first))]
    taken = iter(tries)

    def close():
        client, at = next(taken)
        return client.post(at).status_code

    in_parallel(2, close)
    with database.system_transaction(write=False) as session:
        open_ones = select(User.id).where(
            col(User.id).in_([each.user_id for each in administrators]), col(User.disabled_at).is_(None)
        )
        assert len(session.scalars(open_ones).all()) == 1
