import pytest
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import Invitation, Membership, User
from portal.notifications.models import OutboxMail
from tests.factories import people


@pytest.fixture
def school(database, moment):
    with database.system_transaction():
        made = people.add_organisation()
        return made, people.add_person(made, Role.ORGANISATION_ADMIN), people.add_person(made, name="Una Referrer")


def key_of(database, person):
    with database.system_transaction(write=False) as session:
        return session.scalars(select(Membership.key).where(Membership.user_id == person.user_id)).one()


def test_an_admin_invites_and_cancels(school, client_of, database):
    _, admin, _ = school
    client = client_of(admin)
    answer = client.post("/people/invite", data={"email": " New@School.example ", "role": "referrer"})
    assert answer.status_code == 303
    page = client.get("/people").text
    assert "new@school.example" in page
    with database.system_transaction(write=False) as session:
        invitation = session.scalars(select(Invitation)).one()
        assert session.scalars(select(OutboxMail.to_address)).all() == ["new@school.example"]
    assert client.post(f"/people/invitations/{invitation.key}/cancel").status_code == 303
    assert "Nobody is waiting to join" in client.get("/people").text


@pytest.mark.parametrize(("field", "value"), [("email", "not an address"), ("email", ""), ("role", "manager")])
def test_a_wrong_invitation_is_said_and_keeps_what_was_typed(school, client_of, field, value):
    client = client_of(school[1])
    answer = client.post("/people/invite", data={"email": "a@school.example", "role": "viewer"} | {field: value})
    assert answer.status_code == 422
    assert "There is something to put right" in answer.text
    if field == "role":
        assert "a@school.example" in answer.text


def test_a_member_is_not_invited_twice(school, client_of):
    _, admin, other = school
    answer = client_of(admin).post("/people/invite", data={"email": other.email, "role": "viewer"})
    assert answer.status_code == 422
    assert "member of the organisation already" in answer.text


def test_a_changed_role_and_a_removal_hold_from_the_next_request(school, client_of, database):
    _, admin, other = school
    theirs, ours, key = client_of(other), client_of(admin), key_of(database, other)
    assert theirs.get("/people/invite").status_code == 403
    ours.post(f"/people/{key}/role", data={"role": "organisation_admin"})
    assert theirs.get("/people/invite").status_code == 200
    ours.post(f"/people/{key}/remove")
    assert theirs.get("/people").status_code == 302
    assert "Una Referrer" not in ours.get("/people").get_data(as_text=True).split("</main>")[0].split("<table")[-1]


def test_the_last_admin_stays_and_nobody_removes_themselves(school, client_of, database):
    _, admin, _ = school
    answer = client_of(admin).post(f"/people/{key_of(database, admin)}/remove")
    assert answer.status_code == 422
    assert "cannot remove yourself" in answer.text


def test_only_admins_manage_people_and_only_their_own(school, client_of, database):
    _, _admin, other = school
    with database.system_transaction():
        outsider = people.add_person(people.add_organisation(), Role.ORGANISATION_ADMIN)
    key = key_of(database, other)
    assert client_of(other).get(f"/people/{key}").status_code == 403
    for address in (f"/people/{key}", f"/people/{key}/role", f"/people/{key}/remove"):
        method = "get" if address.endswith(key) else "post"
        strange = getattr(client_of(outsider), method)(address)
        nobody = getattr(client_of(outsider), method)(address.replace(key, "nonexistent-key"))
        assert (strange.status_code, nobody.status_code) == (404, 404)


@pytest.fixture
def ksaf(database, moment):
    with database.system_transaction():
        operator = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        return people.add_person(operator, Role.ADMINISTRATOR), people.add_person(operator, Role.MANAGER)


def test_an_administrator_adds_an_organisation_and_invites_its_admin(ksaf, client_of, database):
    client = client_of(ksaf[0])
    told = {"name": "Hill  School", "kind": "education", "phase": "primary", "area": "kent", "phone": ""}
    answer = client.post("/organisations", data=told)
    assert answer.status_code == 303
    assert client.post("/organisations", data=told).status_code == 422
    page = client.get(answer.location)
    assert "Hill School" in page.text
    invited = client.post(f"{answer.location}/invite", data={"email": "h@hill.example", "role": "organisation_admin"})
    assert invited.status_code == 303
    assert "h@hill.example" in client.get(answer.location).text


def test_a_manager_reads_organisations_and_changes_nothing(ksaf, client_of):
    client = client_of(ksaf[1])
    assert client.get("/organisations").status_code == 200
    assert client.get("/organisations/new").status_code == 403
    assert client.post("/organisations").status_code == 403


def test_a_closed_account_is_out_everywhere_at_once(ksaf, school, client_of, database):
    organisation, _, other = school
    theirs = client_of(other)
    assert theirs.get("/people").status_code == 200
    address = f"/organisations/{organisation.key}/people/{key_of(database, other)}/close"
    assert client_of(ksaf[0]).post(address).status_code == 303
    assert theirs.get("/people").status_code == 302
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(User.disabled_at).where(User.id == other.user_id)).one() is not None


def test_partners_do_not_see_the_list_of_organisations(school, client_of):
    client = client_of(school[1])
    assert client.get("/organisations").status_code == 403
    assert client.get(f"/organisations/{school[0].key}").status_code == 403
