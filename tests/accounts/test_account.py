"""The account page, resets, and how long a session lives."""

import pytest
from sqlmodel import select

from portal.accounts.models import PasswordReset, User
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMail
from tests.accounts.test_sign_in import in_parallel
from tests.factories.credentials import PASSWORD

NEW = "teapot harbour lantern"
DETAILS = {"name": "Rae Renamed", "job_title": "DSL", "phone": "01632 960001"}


def mails(database):
    with database.system_transaction() as session:
        return session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()


def link_for(client, database, person):
    answer = client.post("/password-reset", data={"email": person.email})
    assert (answer.status_code, answer.location) == (303, "/password-reset/sent")
    return mails(database)[-1].context["path"]


def test_a_session_idles_out_after_thirty_minutes(client_of, house, moment):
    client = client_of(house.referrer)
    moment.advance(minutes=29)
    assert client.get("/account").status_code == 200
    moment.advance(minutes=29)
    assert client.get("/account").status_code == 200
    moment.advance(minutes=31)
    assert client.get("/account").status_code == 302


def test_a_session_ends_after_twelve_hours_however_busy(client_of, house, moment):
    client = client_of(house.referrer)
    for _ in range(36):
        moment.advance(minutes=20)
        assert client.get("/account").status_code == 200
    moment.advance(minutes=1)
    assert client.get("/account").status_code == 302


def test_details_are_changed_and_recorded(client_of, database, house):
    client = client_of(house.referrer)
    assert client.post("/account/details", data=DETAILS | {"email": house.referrer.email}).location == "/account"
    assert "Rae Renamed" in client.get("/account").text
    with database.system_transaction() as session:
        assert session.scalars(select(AuditEvent.action)).all() == ["accounts:details:changed"]


def test_a_new_address_needs_the_password_and_the_old_one_is_told(client_of, database, house):
    client, new = client_of(house.referrer), DETAILS | {"email": "rae.new@school.example"}
    refused = client.post("/account/details", data=new)
    assert refused.status_code == 422
    assert "not your present password" in refused.text
    assert "Rae Renamed" in refused.text
    taken = client.post("/account/details", data=new | {"email": house.admin.email, "current_password": PASSWORD})
    assert "Another account uses" in taken.text
    assert client.post("/account/details", data=new | {"current_password": PASSWORD}).status_code == 303
    assert mails(database)[-1].to_address == house.referrer.email
    with database.transaction() as session:
        assert session.get(User, house.referrer.user_id).email == "rae.new@school.example"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(client_of, house, sign_in, app):
    client, other = client_of(house.referrer), client_of(house.referrer)
    form = {"current_password": PASSWORD, "new_password": NEW}
    assert client.post("/account/password", data=form | {"current_password": "wrong"}).status_code == 422
    assert client.post("/account/password", data=form | {"new_password": "Amberfield heron"}).status_code == 422
    assert client.post("/account/password", data=form).status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert sign_in(app.test_client(), house.referrer).status_code == 422
    assert sign_in(app.test_client(), house.referrer, NEW).status_code == 303


def test_guessing_the_present_password_is_counted(client_of, house):
    client, form = client_of(house.referrer), {"current_password": "wrong", "new_password": NEW}
    codes = [client.post("/account/password", data=form).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


def test_signing_out_everywhere_ends_every_browser(client_of, house):
    client, other = client_of(house.referrer), client_of(house.referrer)
    assert client.get("/account").text.count("last used") == 2
    assert client.post("/account/sign-out-everywhere").location == "/sign-in"
    for each in (client, other):
        assert each.get("/account").status_code == 302


def test_new_recovery_codes_need_an_app_and_their_owner_is_told(client_of, house, database):
    assert client_of(house.referrer).post("/account/recovery-codes").location == "/second-factor/set-up"
    page = client_of(house.manager).post("/account/recovery-codes").text
    assert page.count("<li><code>") == 8
    told = [(mail.template, mail.to_address) for mail in mails(database)]
    assert told == [("accounts/second_factor_changed", house.manager.email)]


def test_a_reset_answers_everybody_alike_and_writes_to_nobody_unknown(client, database, house, moment):
    pages = set()
    for email in (house.referrer.email, "nobody@school.example"):
        answer = client.post("/password-reset", data={"email": email})
        pages.add((answer.status_code, answer.location))
    assert pages == {(303, "/password-reset/sent")}
    for _ in range(6):
        client.post("/password-reset", data={"email": house.referrer.email})
    assert [mail.to_address for mail in mails(database)] == [house.referrer.email] * 3


def test_a_reset_works_once_of_twenty_and_ends_all_sessions(app, client, client_of, database, house, sign_in):
    signed = client_of(house.referrer)
    path = link_for(client, database, house.referrer)
    assert client.post(path, data={"new_password": "short"}).status_code == 422
    answers = in_parallel(20, lambda: app.test_client().post(path, data={"new_password": NEW}).status_code)
    assert sorted(answers) == [303] + [404] * 19
    assert signed.get("/account").status_code == 302
    assert sign_in(client, house.referrer, NEW).status_code == 303


@pytest.mark.parametrize("change", ["later", "tampered", "newer"])
def test_a_reset_link_ends(client, database, house, moment, change):
    path = link_for(client, database, house.referrer)
    assert client.get(path).status_code == 200
    if change == "later":
        moment.advance(hours=1)
    elif change == "tampered":
        path = path[:-2] + ("AA" if not path.endswith("AA") else "BB")
    else:
        newer = link_for(client, database, house.referrer)
        client.post(newer, data={"new_password": NEW})
    assert client.get(path).status_code == 404
    assert client.post(path, data={"new_password": NEW}).status_code == 404


def test_a_reset_opens_a_throttled_account(client, database, house, sign_in):
    for number in range(10):
        sign_in(client, house.referrer, f"guess {number}")
    assert sign_in(client, house.referrer).status_code == 429
    client.post(link_for(client, database, house.referrer), data={"new_password": NEW})
    assert sign_in(client, house.referrer, NEW).status_code == 303
    with database.transaction() as session:
        assert all(row.used_at for row in session.scalars(select(PasswordReset)).all())
