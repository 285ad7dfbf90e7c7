"""The pages of an onward referral: KSAF offers, the receiver answers, and nobody else finds anything."""

import pytest
from sqlmodel import select

from portal import db
from portal.changes.school import service as school_move
from portal.changes.school.service import Told
from portal.consent.models import Position
from portal.organisations.models import Organisation
from portal.tenancy import as_system
from portal.transfers.models import Transfer
from portal.web.dates import today
from tests.factories import people
from tests.factories.referrals import load_for
from tests.transfers.conftest import NOTE, moving_on, offered, says


@pytest.fixture
def moving(database, kept_world):
    with database.transaction():
        return moving_on(kept_world)


@pytest.fixture
def made(database, kept_world):
    with database.transaction():
        return offered(kept_world, moving_on(kept_world))


def address(database, made: Transfer) -> str:
    with database.system_transaction(write=False):
        return f"/referrals/{made.content['reference']}/onward"


def stored(database) -> list[Transfer]:
    with database.system_transaction(write=False):
        return list(db.session().scalars(select(Transfer)).all())


def typed(database, kept_world, **more) -> dict:
    with database.transaction(), as_system(db.session()):
        key = db.session().get(Organisation, kept_world.receiver.organisation_id).key
    given = {"receiver": key, "note": NOTE, "items": ["presenting_worries"], "why": "Nearest to home."}
    return given | more


def test_an_offer_is_previewed_as_it_is_sent(client_of, database, kept_world, moving):
    client, path = client_of(kept_world.officer), f"/referrals/{moving.reference}/onward"
    assert "Not offered to any service yet" in client.get(path).text
    assert "Family Hub" in client.get(f"{path}/offer").text
    preview = client.post(f"{path}/offer", data=typed(database, kept_world, do="preview")).text
    assert NOTE in preview
    assert "Nearest to home." not in preview.split('class="letter"')[1].split("<form")[0]
    assert stored(database) == []
    assert "checked" in client.post(f"{path}/offer", data=typed(database, kept_world, do="change")).text
    assert client.post(f"{path}/offer", data=typed(database, kept_world, do="send")).status_code == 303
    sent = stored(database)[0]
    assert [row for section in sent.content["sections"] for row in section["rows"]]
    assert "Waiting for an answer" in client.get(path).text


def test_what_was_typed_survives_a_refusal(client_of, database, kept_world, moving):
    client, path = client_of(kept_world.officer), f"/referrals/{moving.reference}/onward/offer"
    answer = client.post(path, data=typed(database, kept_world, items=[]))
    assert (answer.status_code, NOTE in answer.text) == (422, True)
    assert "Select at least one answer" in answer.text


def test_without_the_familys_agreement_the_page_says_why(client_of, database, kept_world, moving):
    with database.transaction(tenant=kept_world.officer.organisation_id):
        says(load_for(kept_world.officer, moving.id), kept_world.officer, Position.WITHDRAWN)
    client, path = client_of(kept_world.officer), f"/referrals/{moving.reference}/onward"
    assert "does not agree" in client.get(path).text
    assert f"{path}/offer" not in client.get(path).text
    answer = client.post(f"{path}/offer", data=typed(database, kept_world, do="send"))
    assert (answer.status_code, NOTE in answer.text, stored(database)) == (422, True, [])


def test_why_the_school_of_a_child_who_has_fled_is_not_offered_to_is_said(client_of, database, kept_world, moving):
    with database.transaction(tenant=kept_world.officer.organisation_id):
        to = people.organisation_at(kept_world.receiver.organisation_id)
        referral = load_for(kept_world.officer, moving.id)
        school_move.record(kept_world.officer.actor, referral, Told(today(), to, "Her mother"))
    path = f"/referrals/{moving.reference}/onward"
    answer = client_of(kept_world.officer).post(f"{path}/offer", data=typed(database, kept_world, do="send"))
    assert (answer.status_code, NOTE in answer.text, stored(database)) == (422, True, [])
    assert "may not learn where to" in answer.text
    assert "Family Hub" not in client_of(kept_world.referrer).get(f"/referrals/{moving.reference}").text


def test_the_owner_reads_to_whom_and_never_why(client_of, database, kept_world, made):
    text = client_of(kept_world.referrer).get(address(database, made)).text
    assert "Family Hub" in text
    assert "Nearest to home." not in text
    assert "Nearest to home." in client_of(kept_world.officer).get(address(database, made)).text


def test_the_receiver_accepts_and_then_reads_the_referral(client_of, database, kept_world, made):
    client, path = client_of(kept_world.receiver), address(database, made).removesuffix("/onward")
    assert client.get(path).status_code == 404
    assert made.key in client.get("/transfers").text
    assert NOTE in client.get(f"/transfers/{made.key}").text
    assert client.post(f"/transfers/{made.key}/accept").status_code == 303
    assert client.get(path).status_code == 200
    assert client.get(f"{path}/onward").status_code == 404
    assert client.post(f"/transfers/{made.key}/accept").status_code == 409


def test_the_receiver_declines_with_reasons_and_reads_no_more(client_of, database, kept_world, made):
    client = client_of(kept_world.receiver)
    assert client.post(f"/transfers/{made.key}/decline").status_code == 422
    assert client.post(f"/transfers/{made.key}/decline", data={"why": "Full until spring."}).status_code == 303
    text = client.get(f"/transfers/{made.key}").text
    assert NOTE not in text
    assert "can no longer be read" in text
    assert "Full until spring." in client_of(kept_world.officer).get(address(database, made)).text
    assert "Full until spring." not in client_of(kept_world.referrer).get(address(database, made)).text


def test_ksaf_asks_again_and_withdraws(client_of, database, kept_world, made):
    client, path = client_of(kept_world.officer), f"{address(database, made)}/{made.key}"
    assert NOTE in client.get(path).text
    assert client.post(f"{path}/chase").status_code == 422
    assert client.post(f"{path}/chase", data={"reached": "The duty worker."}).status_code == 303
    assert client.post(f"{path}/withdraw").status_code == 422
    assert client.post(f"{path}/withdraw", data={"why": "The family moved."}).status_code == 303
    assert client.post(f"{path}/withdraw", data={"why": "The family moved."}).status_code == 409
    assert NOTE not in client_of(kept_world.receiver).get(f"/transfers/{made.key}").text


def test_a_manager_lets_it_close_without_an_acceptance(client_of, database, kept_world, made):
    client, path = client_of(kept_world.manager), f"{address(database, made)}/override"
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 422
    assert client.post(path, data={"why": "They moved abroad."}).status_code == 303
    assert "They moved abroad." in client.get(path.removesuffix("/override")).text
    owner = client_of(kept_world.referrer).get(path.removesuffix("/override")).text
    assert "without a confirmed acceptance" in owner
    assert "They moved abroad." not in owner


def test_a_third_organisation_finds_nothing(client_of, database, kept_world, made):
    client, path = client_of(kept_world.third), address(database, made)
    pages = [path, f"{path}/offer", f"{path}/{made.key}", f"/transfers/{made.key}"]
    assert [client.get(each).status_code for each in pages] == [404] * 4
    for each in (f"/transfers/{made.key}/accept", f"/transfers/{made.key}/decline", f"{path}/offer"):
        assert client.post(each).status_code == 404


def test_roles_without_it_are_refused(client_of, database, kept_world, made):
    path = address(database, made)
    referrer = client_of(kept_world.referrer)
    for each in (f"{path}/offer", f"{path}/{made.key}/chase", f"{path}/{made.key}/withdraw", f"{path}/override"):
        assert referrer.post(each).status_code == 403
    assert client_of(kept_world.officer).post(f"{path}/override").status_code == 403
    assert client_of(kept_world.officer).get("/transfers").status_code == 403


def test_once_the_family_withdraws_the_receiver_reads_and_accepts_nothing(client_of, database, kept_world, made):
    with database.transaction():
        says(load_for(kept_world.officer, made.referral_id), kept_world.officer, Position.WITHDRAWN)
    client = client_of(kept_world.receiver)
    page = client.get(f"/transfers/{made.key}").text
    assert "agreement has changed" in page
    assert NOTE not in page
    assert "Accept the family" not in page
    answer = client.post(f"/transfers/{made.key}/accept")
    assert (answer.status_code, "agreement has changed" in answer.text) == (409, True)


@pytest.mark.parametrize("verb", ["chase", "withdraw"])
def test_who_comes_second_gets_back_what_they_typed(client_of, database, kept_world, made, verb):
    """The receiver declines while KSAF's officer writes: nothing is done, and not a word is lost."""
    path = f"{address(database, made)}/{made.key}"
    declined = client_of(kept_world.receiver).post(f"/transfers/{made.key}/decline", data={"why": "No room."})
    assert declined.status_code == 303
    words = "Rang Dana at <the> duty desk;\nthey ask for Monday."
    late = client_of(kept_world.officer).post(
        f"{path}/{verb}", data={"reached": words, "why": words, "request_key": "kept-once-0123456789"}
    )
    assert late.status_code == 409
    assert "Rang Dana at &lt;the&gt; duty desk;\nthey ask for Monday." in late.text
    assert "kept-once" not in late.text.split("What you typed")[1].split("Go to what")[0]


def test_what_is_shown_on_a_need_to_know_is_handed_over_within_the_familys_limits(client_of, database, kept_world):
    with database.transaction():
        referral = moving_on(kept_world)
        says(referral, kept_world.officer, Position.LIMITED, limits="“Nobody hears about his asthma.”")
        path = f"/referrals/{referral.reference}/onward/offer"
    client = client_of(kept_world.officer)
    form = client.get(path).text
    assert "“Nobody hears about his asthma.”" in form
    assert "(need to know: health)" in form
    plain = client.post(path, data=typed(database, kept_world, do="preview"))
    assert (plain.status_code, "Check the offer" in plain.text) == (200, True)
    touching = typed(database, kept_world, items=["presenting_worries", "diagnoses"])
    refused = client.post(path, data=touching | {"do": "send"})
    assert (refused.status_code, stored(database)) == (422, [])
    assert "Enter why these answers are within the family’s limits" in refused.text
    assert NOTE in refused.text
    within = touching | {"within_limits": "She told us today that the clinic may know."}
    assert "She told us today" in client.post(path, data=within | {"do": "preview"}).text
    assert client.post(path, data=within | {"do": "send"}).status_code == 303
    [sent] = stored(database)
    assert sent.basis_why.endswith("Within the family’s limits: She told us today that the clinic may know.")
    assert "She told us today" not in str(sent.content)
