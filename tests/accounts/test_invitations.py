"""Inviting, accepting, changing roles and removing."""

from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from portal import tenancy
from portal.access.roles import OrganisationKind, Role
from portal.accounts import service
from portal.accounts.models import Invitation, Membership, User
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMail
from tests.accounts.test_sign_in import in_parallel
from tests.factories import people

NEW = {"name": "Nia New", "job_title": "Attendance lead", "phone": "", "new_password": "teapot harbour lantern"}


@pytest.fixture
def invited(database, house):
    """An invitation of a new person to the school: the link's path."""
    with database.transaction(tenant=house.school):
        return service.invite(house.admin.actor, " Nia@School.example", Role.REFERRER, house.school)


def membership_of(session, person):
    return session.scalars(select(Membership).where(Membership.user_id == person.user_id)).one()


def test_a_new_person_joins_and_is_signed_in(client, database, house, invited):
    page = client.get(invited).text
    assert "Join Amberfield School" in page
    answer = client.post(invited, data=NEW)
    assert (answer.status_code, answer.location) == (303, "/terms/accept")
    assert "Before you begin: terms of use" in client.get("/terms/accept").text
    assert client.post("/terms/accept").location == "/"
    assert "Nia New" in client.get("/account").text
    with database.system_transaction() as session:
        mail = session.scalars(select(OutboxMail)).one()
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert mail.to_address == "nia@school.example"
    assert mail.context["path"] == invited
    assert actions == [
        "accounts:invitation:sent",
        "accounts:invitation:accepted",
        "accounts:terms:accepted",
        "accounts:session:started",
    ]


def test_twenty_uses_of_a_link_make_one_account(app, database, house, invited):
    answers = in_parallel(20, lambda: app.test_client().post(invited, data=NEW).status_code)
    assert sorted(answers) == [303] + [404] * 19
    with database.transaction() as session:
        assert len(session.scalars(select(User).where(User.email == "nia@school.example")).all()) == 1


def test_an_admin_who_joins_sets_up_the_second_factor_first(client, database, house):
    with database.transaction(tenant=house.school):
        path = service.invite(house.admin.actor, "ben@school.example", Role.ORGANISATION_ADMIN, house.school)
    assert client.post(path, data=NEW).location == "/second-factor/set-up"


def test_a_refused_form_keeps_what_was_typed_and_the_link(client, house, invited):
    answer = client.post(invited, data=NEW | {"new_password": "short"})
    assert answer.status_code == 422
    assert "12 characters or more" in answer.text
    assert "Attendance lead" in answer.text
    assert client.post(invited, data=NEW).status_code == 303


def test_a_link_ends_after_seven_days_and_when_cancelled_or_replaced(client, database, house, invited, moment):
    with database.transaction(tenant=house.school):
        again = service.invite(house.admin.actor, "nia@school.example", Role.VIEWER, house.school)
    assert client.get(invited).status_code == 404
    with database.transaction(tenant=house.school) as session:
        row = session.scalars(select(Invitation).order_by(Invitation.id.desc())).first()
        service.cancel_invitation(house.admin.actor, row)
    assert client.get(again).status_code == 404
    with database.transaction(tenant=house.school):
        third = service.invite(house.admin.actor, "nia@school.example", Role.VIEWER, house.school)
    moment.advance(days=7)
    assert "no longer works" in client.get(third).text
    assert client.get("/invitations/made-up").status_code == 404


def test_somebody_with_an_account_signs_in_and_joins(client, database, house, sign_in):
    with database.transaction(tenant=house.other):
        path = service.invite(house.outsider.actor, house.referrer.email, Role.VIEWER, house.other)
    assert "You have an account already" in client.get(path).text
    assert client.post(path).status_code == 403
    back = sign_in(client, house.referrer, wanted=f"?next={path}").location
    assert urlsplit(back).path == path
    answer = client.post(path)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Birchwood School" in client.get("/account").text


def test_who_may_invite_whom(database, house):
    actor = house.admin.actor
    with database.transaction(tenant=house.school):
        for email, role, where in (
            ("a@school.example", Role.REFERRER, house.other),
            ("a@school.example", Role.MANAGER, house.school),
            (house.referrer.email, Role.VIEWER, house.school),
        ):
            with pytest.raises(service.PeopleRuleError):
                service.invite(actor, email, role, where)
        with pytest.raises(service.PeopleRuleError, match="own organisation"):
            service.invite(house.referrer.actor, "a@school.example", Role.VIEWER, house.school)
        assert service.system_invite("a@school.example", Role.VIEWER, house.other).startswith("/invitations/")


def test_a_removed_person_is_out_at_the_next_request(database, client_of, house):
    client = client_of(house.referrer)
    assert client.get("/account").status_code == 200
    with database.transaction(tenant=house.school) as session:
        service.end_membership(house.admin.actor, membership_of(session, house.referrer))
    assert client.get("/account").location == "/sign-in?next=%2Faccount"


def test_a_new_role_counts_at_the_next_request(database, client_of, house):
    client = client_of(house.referrer, second_factor=False)
    assert "(referrer)" in client.get("/account").text
    with database.transaction(tenant=house.school) as session:
        service.change_role(house.admin.actor, membership_of(session, house.referrer), Role.ORGANISATION_ADMIN)
    assert client.get("/account").location == "/second-factor/set-up?next=%2Faccount"


def test_a_disabled_person_is_out_everywhere(database, client_of, house):
    client = client_of(house.referrer)
    with database.transaction() as session:
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF administration")
        chief = people.add_person(ksaf, Role.ADMINISTRATOR)
        tenancy.enter(session, ksaf.id)
        service.disable(chief.actor, house.referrer.user_id)
        with pytest.raises(service.PeopleRuleError):
            service.disable(chief.actor, chief.user_id)
        with pytest.raises(service.PeopleRuleError):
            service.disable(house.admin.actor, house.manager.user_id)
    assert client.get("/account").status_code == 302


def test_the_last_admin_and_oneself_stay(database, house):
    with database.transaction() as session:
        second = people.add_person(people.organisation_at(house.school), Role.ORGANISATION_ADMIN)
        tenancy.enter(session, house.school)
        own, other = membership_of(session, house.admin), membership_of(session, second)
        for verb in (service.end_membership, lambda actor, row: service.change_role(actor, row, Role.VIEWER)):
            with pytest.raises(service.PeopleRuleError, match="You cannot"):
                verb(house.admin.actor, own)
        service.change_role(house.admin.actor, other, Role.VIEWER)
        with pytest.raises(service.PeopleRuleError, match="last person"):
            service.end_membership(second.actor, own)
        with pytest.raises(service.PeopleRuleError, match="not a role"):
            service.change_role(house.admin.actor, other, Role.MANAGER)
