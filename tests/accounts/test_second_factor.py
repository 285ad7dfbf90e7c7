"""The second factor: set up, given, replayed, and stood in for by recovery codes."""

import html
import re

from sqlmodel import select

from portal.accounts.models import RecoveryCode, User
from portal.audit.models import AuditEvent
from tests.accounts.test_sign_in import in_parallel
from tests.factories import credentials, people


def codes_shown(page):
    return re.findall(r"<li><code>([0-9A-Z ]{14})</code></li>", page)


def field_of(page, name):
    return html.unescape(re.search(rf'name="{name}" value="([^"]+)"', page)[1])


def set_up(client):
    """Sets up an app as a person does: read the key, enter its code. Returns the answer and the secret."""
    page = client.get("/second-factor/set-up").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    data = {"sealed": field_of(page, "sealed"), "code": credentials.code_now(secret)}
    return client.post("/second-factor/set-up?next=/account", data=data), secret


def test_password_alone_does_not_open_a_page(client, house, sign_in):
    assert sign_in(client, house.manager, wanted="?next=/account").location == "/second-factor?next=%2Faccount"
    assert client.get("/account").location == "/second-factor?next=%2Faccount"
    assert client.get("/organisations-in-use").location == "/second-factor"


def test_a_code_with_spaces_opens_the_way(client, house, sign_in):
    sign_in(client, house.manager)
    page = client.get("/second-factor").text
    assert 'autocomplete="one-time-code"' in page
    code = credentials.code_now()
    answer = client.post("/second-factor?next=/account", data={"code": f" {code[:3]} {code[3:]} "})
    assert (answer.status_code, answer.location) == (303, "/account")


def test_giving_the_factor_changes_the_token(client, house, sign_in):
    sign_in(client, house.manager)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    client.post("/second-factor", data={"code": credentials.code_now()})
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != before


def test_a_code_is_taken_once_of_twenty_at_once(app, house, sign_in):
    clients = [app.test_client() for _ in range(20)]
    for client in clients:
        assert sign_in(client, house.manager).status_code == 303
    code = credentials.code_now()
    answers = in_parallel(20, lambda: clients.pop().post("/second-factor", data={"code": code}).status_code)
    assert answers.count(303) == 1
    assert set(answers) == {303, 422, 429}


def test_an_older_code_is_refused_after_a_newer_one(client, house, sign_in, moment):
    older = credentials.code_now()
    moment.advance(seconds=30)
    sign_in(client, house.manager)
    assert client.post("/second-factor", data={"code": credentials.code_now()}).status_code == 303
    sign_in(client, house.manager)
    assert client.post("/second-factor", data={"code": older}).status_code == 422


def test_codes_are_throttled_like_passwords(client, house, sign_in):
    sign_in(client, house.manager)
    codes = [client.post("/second-factor", data={"code": f"{number:06}"}).status_code for number in range(12)]
    assert codes == [422] * 10 + [429] * 2
    assert client.post("/second-factor", data={"code": credentials.code_now()}).status_code == 429


def test_an_admin_sets_up_before_anything_else(client, database, house, sign_in):
    assert sign_in(client, house.admin).location == "/second-factor/set-up"
    assert client.get("/account").location == "/second-factor/set-up?next=%2Faccount"
    page = client.get("/second-factor/set-up").text
    assert "data:image/svg+xml" in page
    answer, _ = set_up(client)
    assert answer.status_code == 200
    codes = codes_shown(answer.text)
    assert len(set(codes)) == 8
    assert 'href="/account"' in answer.text
    with database.system_transaction() as session:
        hashes = session.scalars(select(RecoveryCode.code_hash)).all()
        actions = session.scalars(select(AuditEvent.action)).all()
    assert not set(hashes) & {code.replace(" ", "") for code in codes}
    assert "accounts:second_factor:set" in actions


def test_a_wrong_code_sets_nothing_up_and_keeps_the_same_key(client, database, house, sign_in):
    sign_in(client, house.admin)
    sealed = field_of(client.get("/second-factor/set-up").text, "sealed")
    answer = client.post("/second-factor/set-up", data={"sealed": sealed, "code": "000000"})
    assert answer.status_code == 422
    assert field_of(answer.text, "sealed") == sealed
    with database.transaction() as session:
        assert session.get(User, house.admin.user_id).totp_secret is None


def test_an_offer_is_nobody_elses_and_not_for_long(client, app, house, sign_in, moment):
    sign_in(client, house.admin)
    page = client.get("/second-factor/set-up").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    other = app.test_client()
    sign_in(other, house.outsider)
    data = {"sealed": field_of(page, "sealed"), "code": credentials.code_now(secret)}
    assert other.post("/second-factor/set-up", data=data).location == "/second-factor/set-up"
    moment.advance(minutes=20)
    client.get("/second-factor/set-up")
    for sealed in ("", "nonsense"):
        assert client.post("/second-factor/set-up", data={"sealed": sealed, "code": "1"}).status_code == 303


def test_the_password_alone_cannot_replace_the_app(client, house, sign_in):
    sign_in(client, house.manager)
    assert client.get("/second-factor/set-up").location == "/second-factor"
    assert client.post("/second-factor/set-up", data={"code": "1"}).location == "/second-factor/set-up"


def test_a_recovery_code_works_once_however_it_is_typed(client, app, house, sign_in):
    sign_in(client, house.admin)
    codes = codes_shown(set_up(client)[0].text)
    assert sign_in(client, house.admin).location == "/second-factor"
    assert client.get("/second-factor/recovery-code").status_code == 200
    typed = codes[0].lower().replace(" ", "-")
    answer = client.post("/second-factor/recovery-code", data={"recovery_code": typed})
    assert answer.status_code == 303
    sign_in(client, house.admin)
    refused = client.post("/second-factor/recovery-code", data={"recovery_code": codes[0]})
    assert refused.status_code == 422
    assert "has been used" in refused.text


def test_one_recovery_code_at_once_opens_one_session(app, client, house, sign_in):
    sign_in(client, house.admin)
    code = codes_shown(set_up(client)[0].text)[0]
    clients = [app.test_client() for _ in range(8)]
    for each in clients:
        sign_in(each, house.admin)
    send = {"recovery_code": code}
    answers = in_parallel(8, lambda: clients.pop().post("/second-factor/recovery-code", data=send).status_code)
    assert sorted(answers) == [303] + [422] * 7


def test_people_of_several_organisations_choose_after_their_factor(client, database, house, sign_in, moment):
    with database.transaction() as session:
        from_other = people.add_membership(house.other, house.manager.user_id)
        session.flush()
        key = from_other
    assert sign_in(client, house.manager).location == "/second-factor"
    answer = client.post("/second-factor?next=/account", data={"code": credentials.code_now()})
    assert answer.location == "/organisations-in-use?next=%2Faccount"
    page = client.get(answer.location).text
    assert "Birchwood School" in page
    assert "KSAF" in page
    assert client.post("/organisations-in-use", data={"membership": "not-mine"}).status_code == 404
    chosen = client.post("/organisations-in-use?next=/account", data={"membership": key})
    assert (chosen.status_code, chosen.location) == (303, "/account")
    with client.session_transaction() as cookie:
        assert cookie["_user_id"]


def test_switching_is_recorded_once_in_the_new_organisation(client, database, house, sign_in):
    with database.transaction():
        key = people.add_membership(house.other, house.referrer.user_id)
    sign_in(client, house.referrer)
    client.post("/organisations-in-use", data={"membership": key})
    with database.transaction():
        home = people.organisation_key(house.school)
    client.post("/organisations-in-use", data={"membership": home})
    with database.system_transaction() as session:
        events = session.execute(select(AuditEvent.organisation_id, AuditEvent.action).order_by(AuditEvent.id)).all()
    assert [tuple(event) for event in events] == [
        (house.other, "accounts:session:started"),
        (house.school, "accounts:session:switched"),
    ]
