"""What is typed into a form whose session has ended comes back after signing in again."""

import re

import pytest
from flask import render_template_string, request
from flask import session as own_cookie
from markupsafe import escape
from sqlalchemy import LargeBinary, type_coerce
from sqlmodel import select
from werkzeug.datastructures import MultiDict

from portal import create_app
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.accounts import held, jobs
from portal.accounts.models import AccountSession, HeldForm
from tests.factories.credentials import PASSWORD

LONG = "Amira has been late every Monday since 9 September. 'Naïve' “quotes” <b>and</b>\r\nlines 🙂 " * 50
FIELDS = {
    "story": LONG,
    "ticks": ["one", "two"],
    "csrf_token": "x",
    "request_key": "k",
    "new_password": "p",
    "code": "1",
}


@pytest.fixture
def diary(bare_app, database, moment):
    """An application of its own with one more page: a long form, as the referral has."""
    made = create_app(bare_app.extensions["settings"])
    made.extensions["database"].engine.dispose()
    made.extensions["database"] = database
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    made.add_url_rule("/diary", "diary", requires(Permission.ACCOUNT_KEEP)(_page), methods=["GET", "POST"])
    return made


def _page(actor):
    back = held.give_back(actor, "/diary") if request.method == "GET" else None
    return render_template_string("{{ back.story }}|{{ back.getlist('ticks') }}" if back else "empty", back=back)


@pytest.fixture
def client(diary):
    return diary.test_client()


@pytest.fixture
def left_open(client, house, sign_in, moment):
    """A browser whose session has idled out while somebody typed."""
    sign_in(client, house.referrer)
    moment.advance(minutes=31)
    return client


def send(client, **headers):
    return client.post("/diary", data=FIELDS, headers={"Referer": "http://localhost/diary", **headers})


def test_every_character_comes_back_until_it_is_sent_again(left_open, house, sign_in):
    answer = send(left_open)
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=%2Fdiary")
    assert "What you typed is kept" in left_open.get("/sign-in").text
    assert sign_in(left_open, house.referrer, wanted="?next=/diary").location == "/diary"
    for _ in range(2):  # opened, closed by mistake, opened again
        shown = left_open.get("/diary").text
        assert str(escape(LONG)) in shown
        assert "one" in shown
    assert send(left_open).status_code == 200
    assert left_open.get("/diary").text == "empty"


def test_it_is_encrypted_and_holds_no_secret(left_open, database):
    send(left_open)
    with database.transaction() as session:
        kept = session.scalars(select(HeldForm)).one()
        assert set(kept.fields) == {"story", "ticks"}
        raw = session.scalars(select(type_coerce(HeldForm.fields, LargeBinary))).one()
    assert b"Amira" not in bytes(raw)


def test_another_person_or_organisation_does_not_get_it(left_open, diary, house, sign_in, moment):
    send(left_open)
    sign_in(left_open, house.outsider)
    with left_open.session_transaction() as cookie:
        assert "held" not in cookie
    with diary.extensions["database"].transaction(), diary.test_request_context():
        own_cookie["held"] = True
        assert held.give_back(house.outsider.actor, "/diary") is None
        assert held.give_back(house.referrer.actor, "/other") is None
        assert held.give_back(house.referrer.actor, "/diary") is not None


def test_scripts_get_a_fragment_and_the_text_is_kept_too(left_open, database):
    saved = send(left_open, **{"X-Autosave": "1", "Accept": "application/json"})
    assert saved.status_code == 401
    assert "<html" not in saved.text
    assert "HX-Redirect" not in saved.headers
    pressed = send(left_open, **{"HX-Request": "true"})
    assert (pressed.status_code, pressed.headers["HX-Redirect"]) == (401, "/sign-in?next=%2Fdiary")
    assert left_open.get("/diary", headers={"HX-Request": "true"}).status_code == 401
    with database.transaction() as session:
        assert len(session.scalars(select(HeldForm)).all()) == 1


def test_it_is_kept_after_signing_out_in_another_tab(diary, client, database, house, sign_in):
    sign_in(client, house.referrer)
    client.post("/sign-out")
    assert send(client).status_code == 303
    with database.transaction() as session:
        assert session.scalars(select(HeldForm)).one().user_id == house.referrer.user_id


def test_a_stranger_and_a_flood_are_not_kept(diary, left_open, database):
    diary.test_client().post("/diary", data=FIELDS)
    left_open.post("/diary", data={"story": "x" * (held.MOST_CHARACTERS + 1)})
    with database.transaction() as session:
        assert session.scalars(select(HeldForm)).all() == []


def test_the_newest_twenty_stay_and_none_after_a_day(diary, left_open, database, house, moment):
    send(left_open)
    with database.transaction() as session, diary.test_request_context():
        row = session.scalars(select(AccountSession)).first()
        for number in range(25):
            held.hold(row, f"/page-{number}", MultiDict({"story": str(number)}))
        paths = session.scalars(select(HeldForm.path).order_by(HeldForm.id)).all()
    assert (len(paths), paths[-1]) == (20, "/page-24")
    moment.advance(hours=24)
    with database.transaction() as session:
        jobs.run(session, moment.now)
        assert session.scalars(select(HeldForm)).all() == []


def test_a_form_left_open_stays_good_for_the_same_person_only(diary, client, house, monkeypatch):
    monkeypatch.setitem(diary.config, "WTF_CSRF_ENABLED", 1)

    def sign_in(person):
        data = {"email": person.email, "password": PASSWORD, "csrf_token": token_on("/sign-in")}
        assert client.post("/sign-in", data=data).status_code == 303

    def token_on(page):
        return re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[1]

    sign_in(house.referrer)
    token = token_on("/account")
    client.post("/sign-out", data={"csrf_token": token})
    assert client.post("/diary", data=FIELDS | {"csrf_token": token}).status_code == 303
    assert client.post("/diary", data=FIELDS | {"csrf_token": "made up"}).status_code == 400
    sign_in(house.referrer)
    assert client.post("/diary", data={"csrf_token": token}).status_code == 200
    client.post("/sign-out", data={"csrf_token": token})
    sign_in(house.outsider)  # who has a password, and no app yet
    assert client.post("/diary", data={"csrf_token": token}).status_code == 400
