"""The link to a service without an account: who may read what behind it, and that it takes one answer."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from portal import crypto, db
from portal.audit.models import AuditEvent
from portal.consent.models import Position
from portal.notifications import letters
from portal.notifications.models import OutboxMail
from portal.referrals import lifecycle
from portal.referrals.models import Referral, TimelineEntry
from portal.referrals.rules import Event
from portal.tenancy import as_system, enter
from portal.transfers import links, proof, service
from portal.transfers.models import Handover, Transfer
from portal.transfers.rules import MOST_WRONG_CODES, TransferState
from tests.factories import people
from tests.factories.referrals import load_for
from tests.transfers.conftest import NOTE, mails_to, moving_on, offered, offered_outside, says

EMAIL = "duty@service.example"
ANSWER = {"name": "Jane Poole", "role": "Duty manager", "contact": "Sam Ade, family worker"}
WORRIES = "presenting_worries"


@pytest.fixture
def made(database, kept_world) -> Transfer:
    with database.transaction():
        return offered_outside(kept_world, moving_on(kept_world))


@pytest.fixture
def visitor(app):
    return app.test_client()


def newest(database, template: str, email: str = EMAIL) -> dict[str, str]:
    with database.system_transaction(write=False):
        return mails_to(email, template)[-1]


def path_of(database, email: str = EMAIL) -> str:
    return newest(database, "handover", email)["path"]


def prove(database, visitor, path: str, email: str = EMAIL) -> None:
    """Ask for the code and enter it, as its reader does."""
    assert visitor.post(f"{path}/code").status_code == 303
    code = newest(database, "code", email)["code"]
    assert visitor.post(f"{path}/proof", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 303


def referral_of(database, made: Transfer) -> Referral:
    with database.system_transaction(write=False):
        return db.session().scalars(select(Referral).where(Referral.id == made.referral_id)).one()


def test_nothing_is_shown_before_the_address_is_proved(database, visitor, made):
    path = path_of(database)
    page = visitor.get(path)
    assert page.status_code == 200
    for hidden in (NOTE, EMAIL, made.content["reference"], "Harbour Counselling", "Amira"):
        assert hidden not in page.text
    for verb, typed in (("accept", ANSWER), ("decline", {"why": "Full."})):
        answer = visitor.post(f"{path}/{verb}", data=typed)
        assert (answer.status_code, NOTE in answer.text) == (422, False)
    assert referral_of(database, made).open_transfers == 1


def test_the_receiver_proves_its_address_reads_what_was_chosen_and_accepts(database, visitor, made):
    path = path_of(database)
    prove(database, visitor, path)
    page = visitor.get(path)
    assert NOTE in page.text
    assert page.text.count("summary-list__row") == 1  # the one answer that was ticked
    assert page.headers["Cache-Control"] == "no-store"
    assert visitor.post(f"{path}/accept", data=ANSWER | {"contact": ""}).status_code == 422
    done = visitor.post(f"{path}/accept", data=ANSWER)
    assert (done.status_code, done.headers["Location"]) == (303, path)
    after = visitor.get(path)
    assert (after.status_code, "Already answered" in after.text, NOTE in after.text) == (410, True, False)
    referral = referral_of(database, made)
    assert (referral.open_transfers, referral.accepted_transfers) == (0, 1)


def test_both_sides_read_who_accepted_and_who_contacts_the_family(database, visitor, client_of, kept_world, made):
    path = path_of(database)
    prove(database, visitor, path)
    visitor.post(f"{path}/accept", data=ANSWER)
    for person in (kept_world.officer, kept_world.referrer):
        page = client_of(person).get(f"/referrals/{made.content['reference']}/onward").text
        assert "Jane Poole, Duty manager" in page
        assert "Sam Ade, family worker" in page
        assert (EMAIL in page) is (person is kept_world.officer)


def test_only_after_the_acceptance_can_ksaf_close(database, visitor, kept_world, made):
    def close() -> None:
        with database.transaction():
            referral = load_for(kept_world.manager, made.referral_id)
            lifecycle.move(kept_world.manager.actor, referral, Event.CLOSE, "Closed")

    with pytest.raises(Exception, match="closes_accepted"):
        close()
    path = path_of(database)
    prove(database, visitor, path)
    visitor.post(f"{path}/accept", data=ANSWER)
    close()


def test_declining_gives_its_reasons_to_ksaf_alone_and_starts_the_search_again(
    database, visitor, client_of, kept_world, made
):
    path = path_of(database)
    prove(database, visitor, path)
    refused = visitor.post(f"{path}/decline", data={"declined_by": "Jane Poole", "why": ""})
    assert (refused.status_code, "Jane Poole" in refused.text) == (422, True)
    assert visitor.post(f"{path}/decline", data={"declined_by": "Jane Poole", "why": "Full."}).status_code == 303
    page = f"/referrals/{made.content['reference']}/onward"
    assert "Full." in client_of(kept_world.officer).get(page).text
    assert "Full." not in client_of(kept_world.referrer).get(page).text
    referral = referral_of(database, made)
    assert (referral.open_transfers, referral.next_due_kind) == (0, "onward_offer")


def test_a_link_takes_one_answer(database, visitor, app, made):
    path = path_of(database)
    prove(database, visitor, path)
    assert visitor.post(f"{path}/accept", data=ANSWER).status_code == 303
    for verb, typed in (("accept", ANSWER), ("decline", {"declined_by": "Jane", "why": "No."}), ("code", {})):
        assert visitor.post(f"{path}/{verb}", data=typed).status_code == 410
    assert app.test_client().get(path).status_code == 410
    assert referral_of(database, made).accepted_transfers == 1


def test_two_who_answer_at_once_are_told_who_was_first(database, kept_world, made):
    path = path_of(database)
    token = path.rpartition("/")[2]
    with database.transaction():
        first = links.find(token)
        second = links.find(token)
        links.accept(first, links.Acceptance("Jane", "Manager", "Sam"))
        with pytest.raises(service.SomeoneWasFirstError, match="accepted"):
            links.decline(second, "Bo", "Full.")


def test_a_proof_belongs_to_one_browser_and_one_link(database, visitor, app, kept_world, made):
    with database.transaction():
        referral = load_for(kept_world.officer, made.referral_id)
        offered_outside(kept_world, referral, "other@service.example")
    path, other = path_of(database), path_of(database, "other@service.example")
    prove(database, visitor, path)
    assert NOTE in visitor.get(path).text
    assert NOTE not in visitor.get(other).text
    assert NOTE not in app.test_client().get(path).text
    # A cookie entry moved to another link's name proves nothing there.
    with visitor.session_transaction() as cookie:
        [name] = [key for key in cookie if key.startswith("handover-")]
        cookie["handover-2" if name == "handover-1" else "handover-1"] = cookie[name]
    assert NOTE not in visitor.get(other).text


def test_a_code_of_another_link_and_a_used_one_prove_nothing(database, visitor, app, kept_world, made):
    with database.transaction():
        offered_outside(kept_world, load_for(kept_world.officer, made.referral_id), "other@service.example")
    path, other = path_of(database), path_of(database, "other@service.example")
    visitor.post(f"{path}/code")
    visitor.post(f"{other}/code")
    code, others = newest(database, "code")["code"], newest(database, "code", "other@service.example")["code"]
    if code != others:
        assert visitor.post(f"{path}/proof", data={"code": others}).status_code == 422
    assert visitor.post(f"{path}/proof", data={"code": code}).status_code == 303
    assert app.test_client().post(f"{path}/proof", data={"code": code}).status_code == 422


@pytest.mark.parametrize("token", ["nonsense-of-some-length", "tampered", "of another purpose"])
def test_a_link_that_is_none_of_ours_reveals_nothing(database, visitor, made, token):
    signed = path_of(database).rpartition("/")[2]
    key = crypto.unsign("handover", signed)
    if token == "tampered":
        token = signed[:-4] + ("AAAA" if not signed.endswith("AAAA") else "BBBB")
    elif token == "of another purpose":
        token = crypto.sign("invitation", key)
    unknown = visitor.get(f"/handover/{crypto.sign('handover', 'never-was')}")
    answer = visitor.get(f"/handover/{token}")
    plain = lambda page: re.sub(r'nonce[=-]"?[^"\s]*"?', "", page.text)  # noqa: E731 - one line
    assert (answer.status_code, plain(answer)) == (404, plain(unknown))
    for verb in ("code", "proof", "accept", "decline"):
        assert visitor.post(f"/handover/{token}/{verb}", data={"code": "000000"}).status_code == 404


def test_the_database_keeps_no_key_that_opens_the_link(database, made):
    key = crypto.unsign("handover", path_of(database).rpartition("/")[2])
    with database.system_transaction(write=False):
        kept = db.session().scalars(select(Handover)).one()
    assert key not in str(kept.model_dump())


def test_a_link_runs_out_and_a_new_one_ends_the_one_before(database, visitor, client_of, kept_world, made, moment):
    first, where = path_of(database), f"/referrals/{made.content['reference']}/onward/{made.key}"
    officer = client_of(kept_world.officer)
    assert "works until" in officer.get(where).text
    assert officer.post(f"{where}/link").status_code == 303
    second = path_of(database)
    assert (visitor.get(first).status_code, visitor.get(second).status_code) == (404, 200)
    moment.advance(days=14)
    assert visitor.get(second).status_code == 404
    officer = client_of(kept_world.officer)
    assert "ran out on" in officer.get(where).text
    assert officer.post(f"{where}/link").status_code == 303
    assert visitor.get(path_of(database)).status_code == 200


def test_a_withdrawn_offer_opens_nothing_and_its_service_is_told(database, visitor, client_of, kept_world, made):
    path = path_of(database)
    prove(database, visitor, path)
    where = f"/referrals/{made.content['reference']}/onward/{made.key}"
    assert client_of(kept_world.officer).post(f"{where}/withdraw", data={"why": "They moved."}).status_code == 303
    assert (visitor.get(path).status_code, visitor.post(f"{path}/accept", data=ANSWER).status_code) == (404, 404)
    assert newest(database, "link_withdrawn") == {"has_account": False}
    assert client_of(kept_world.officer).post(f"{where}/link").status_code == 409


def test_a_closed_referral_opens_nothing(database, visitor, kept_world, made):
    path = path_of(database)
    prove(database, visitor, path)
    with database.transaction():
        referral = load_for(kept_world.manager, made.referral_id)
        service.override(kept_world.manager.actor, referral, "They moved abroad.")
        lifecycle.move(kept_world.manager.actor, referral, Event.CLOSE, "Closed")
    assert visitor.get(path).status_code == 404


def test_once_the_family_withdraws_nothing_is_shown_or_accepted(database, visitor, client_of, kept_world, made):
    path = path_of(database)
    prove(database, visitor, path)
    with database.transaction():
        says(load_for(kept_world.officer, made.referral_id), kept_world.officer, Position.WITHDRAWN)
    for answer in (visitor.get(path), visitor.post(f"{path}/accept", data=ANSWER)):
        assert (answer.status_code, NOTE in answer.text) == (409, False)
        assert "agreement has changed" in answer.text
    assert referral_of(database, made).accepted_transfers == 0
    where = f"/referrals/{made.content['reference']}/onward/{made.key}"
    renewed = client_of(kept_world.officer).post(f"{where}/link")
    assert (renewed.status_code, "does not agree" in renewed.text) == (422, True)


def test_guesses_are_slowed_down_and_then_end_the_link(database, visitor, app, made, moment):
    path = path_of(database)
    tried, wrong = 0, "000000"
    visitor.post(f"{path}/code")
    while newest(database, "code")["code"] == wrong:
        visitor.post(f"{path}/code")
    for _ in range(40):
        answer = app.test_client().post(f"{path}/proof", data={"code": wrong}, headers={"X-Forwarded-For": str(tried)})
        if answer.status_code == 429:
            moment.advance(minutes=5, seconds=1)
        elif answer.status_code == 422:
            tried += 1
        else:
            assert answer.status_code == 404
            break
    print(f"{tried} guesses of 1,000,000 before the link ended")
    assert tried == MOST_WRONG_CODES
    assert visitor.get(path).status_code == 404


def test_codes_are_few_and_run_out(database, visitor, made, moment):
    path = path_of(database)
    sent = [visitor.post(f"{path}/code").status_code for _ in range(proof.CODES + 1)]
    assert sent == [303] * proof.CODES + [429]
    code = newest(database, "code")["code"]
    moment.advance(minutes=15)
    assert visitor.post(f"{path}/proof", data={"code": code}).status_code == 422


def test_a_proof_that_came_too_late_gives_back_what_was_typed(database, visitor, made, moment):
    path = path_of(database)
    prove(database, visitor, path)
    moment.now += proof.PROVED_FOR + timedelta(minutes=1)
    assert NOTE not in visitor.get(path).text
    answer = visitor.post(f"{path}/decline", data={"declined_by": "Jane Poole", "why": "No worker until January."})
    assert (answer.status_code, "No worker until January." in answer.text, NOTE in answer.text) == (422, True, False)


def test_the_mails_name_nobody(database, visitor, kept_world, made):
    prove(database, visitor, path_of(database))
    letterhead = letters.Letterhead("https://portal.example", "01795 504355", "info@ksaf.example")
    with database.system_transaction(write=False):
        mails = db.session().scalars(select(OutboxMail).where(OutboxMail.to_address == EMAIL)).all()
        for mail in mails:
            subject, body = letters.read(mail, letterhead)
            assert made.content["reference"] in subject
            assert "Sign in" not in body  # there is no account to sign in to
            assert not any(word in subject + body for word in ("Amira", "Khan", NOTE, "Harbour"))
    assert [mail.template for mail in mails] == ["transfers/handover", "transfers/code"]


def test_reading_and_answering_are_recorded_without_an_account(database, visitor, kept_world, made):
    path = path_of(database)
    prove(database, visitor, path)
    visitor.get(path)
    visitor.post(f"{path}/accept", data=ANSWER)
    with database.system_transaction(write=False):
        events = db.session().scalars(select(AuditEvent).where(AuditEvent.actor_id.is_(None))).all()
        said = db.session().scalars(select(TimelineEntry).where(TimelineEntry.actor_name == "Jane Poole")).one()
    assert [each.action for each in events] == ["transfers:transfer:viewed", "transfers:transfer:accepted"]
    assert (said.actor_id, said.actor_organisation) == (None, "Harbour Counselling")


def test_a_link_reaches_no_other_organisations_rows(tx, world):
    """Behind a link the session is the owner's: it neither sees nor writes what belongs to another school."""
    offered_outside(world, moving_on(world))
    other = replace(world, referrer=people.add_person(people.add_organisation(name="Marsh End School")))
    offered(other, moving_on(other))
    token = mails_to(EMAIL, "handover")[-1]["path"].rpartition("/")[2]
    enter(tx, None)
    link = links.find(token)
    assert {each.organisation_id for each in tx.scalars(select(Referral))} == {link.transfer.organisation_id}
    assert {each.organisation_id for each in tx.scalars(select(Transfer))} == {link.transfer.organisation_id}
    with as_system(tx):
        assert len({each.organisation_id for each in tx.scalars(select(Referral))}) == 2


def test_a_service_is_asked_once_at_a_time_and_what_was_typed_survives(database, client_of, kept_world, made):
    client, path = client_of(kept_world.officer), f"/referrals/{made.content['reference']}/onward/offer"
    typed = {
        "receiver": "outside",
        "outside_name": "Harbour Counselling",
        "outside_email": "DUTY@service.example ",
        "outside_kind": "health",
        "note": NOTE,
        "items": [WORRIES],
        "why": "They have room.",
        "do": "preview",
    }
    answer = client.post(path, data=typed)
    assert (answer.status_code, "asked already" in answer.text, NOTE in answer.text) == (422, True, True)
    answer = client.post(path, data=typed | {"outside_email": "nonsense", "outside_kind": ""})
    assert (answer.status_code, "Select what kind" in answer.text) == (422, True)
    typed["outside_email"] = "second@service.example"
    assert "second@service.example" in client.post(path, data=typed).text
    assert client.post(path, data=typed | {"do": "send"}).status_code == 303
    assert path_of(database, "second@service.example").startswith("/handover/")


def test_an_offer_on_the_portal_has_no_link(database, client_of, kept_world):
    with database.transaction():
        on_portal = offered(kept_world, moving_on(kept_world))
    where = f"/referrals/{on_portal.content['reference']}/onward/{on_portal.key}"
    assert client_of(kept_world.officer).post(f"{where}/link").status_code == 303
    assert client_of(kept_world.referrer).post(f"{where}/link").status_code == 403
    assert client_of(kept_world.third).post(f"{where}/link").status_code == 404
    with database.system_transaction(write=False):
        assert db.session().scalars(select(Handover)).all() == []


def test_an_answered_offer_stays_answered(database, visitor, made):
    path = path_of(database)
    prove(database, visitor, path)
    visitor.post(f"{path}/accept", data=ANSWER)
    with database.system_transaction(write=False):
        assert db.session().scalars(select(Transfer)).one().state is TransferState.ACCEPTED
