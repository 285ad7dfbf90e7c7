import re

import pytest
from sqlmodel import select

from portal import db
from portal.referrals.models import InformationRequest, Referral
from portal.referrals.rules import State
from portal.triage import service
from portal.triage.models import Decision, Outcome
from tests.factories import referrals
from tests.factories.answers import SCHOOL
from tests.factories.statements import counted
from tests.triage.conftest import TEXTS, consented, proposed

HTMX = {"HX-Request": "true"}
REFERENCE = "KSAF-0000-0000"


def keep(database, make) -> Referral:
    """Commit what `make()` returns."""
    with database.transaction():
        return make()


def stored(database, kind, *where):
    with database.system_transaction(write=False):
        return db.session().scalars(select(kind).where(*where)).all()


@pytest.fixture
def received(database, kept_world):
    return keep(database, lambda: referrals.sent(kept_world.referrer))


@pytest.fixture
def acknowledged(database, kept_world):
    make = lambda: consented(referrals.acknowledged(kept_world.referrer, kept_world.officer), kept_world.officer)  # noqa: E731 - one line
    return keep(database, make)


@pytest.fixture
def waiting(database, kept_world):
    return keep(database, lambda: proposed(kept_world))


def addresses(referral) -> list[tuple[str, str]]:
    ref = referral.reference
    reading = [f"/queue/{ref}/summary", *(f"/referrals/{ref}/{page}" for page in ("ask", "decide", "authorise"))]
    writing = [f"/referrals/{ref}/{verb}" for verb in ("acknowledge", "ask", "decide", "authorise", "return")]
    return [("GET", address) for address in reading] + [("POST", address) for address in writing]


def test_each_page_is_refused_to_those_whose_role_lacks_it(client_of, kept_world, acknowledged):
    for person in (kept_world.referrer, kept_world.viewer, kept_world.adviser):
        client = client_of(person)
        assert [client.open(path, method=method).status_code for method, path in addresses(acknowledged)] == [403] * 9
        assert client.get("/queue").status_code == 403
        assert client.get("/queue/rows").status_code == 403
    officer = client_of(kept_world.officer)
    assert officer.get(f"/referrals/{acknowledged.reference}/authorise").status_code == 403
    assert officer.post(f"/referrals/{acknowledged.reference}/return").status_code == 403


def test_to_an_outsider_a_referral_is_not_there(client_of, kept_world, acknowledged):
    client = client_of(kept_world.outsider)
    for method, path in [*addresses(acknowledged), ("GET", f"/referrals/{acknowledged.reference}/outcome")]:
        foreign = client.open(path, method=method)
        missing = client.open(path.replace(acknowledged.reference, REFERENCE), method=method)
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert acknowledged.reference not in foreign.text


def test_the_queue_puts_least_time_first_and_the_referrers_turn_last(client_of, database, kept_world, moment):
    with database.transaction():
        asked = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        service.ask(kept_world.officer.actor, asked, "Which mornings?")
        sooner = referrals.sent(kept_world.referrer)
        moment.advance(days=1)
        later = referrals.sent(kept_world.referrer)
    page = client_of(kept_world.officer).get("/queue").text
    found = re.findall(r'id="row-(KSAF-[0-9A-Z-]+)"', page)
    assert found == [sooner.reference, later.reference, asked.reference]
    assert "paused" in page
    assert "1 working day left" in page


def test_the_queue_narrows(client_of, database, kept_world, received, acknowledged, waiting):
    client = client_of(kept_world.officer)

    def shown(which):
        return set(re.findall(r'id="row-(KSAF-[0-9A-Z-]+)"', client.get(f"/queue?show={which}").text))

    assert shown("unassigned") == {received.reference}
    assert shown("mine") == {acknowledged.reference, waiting.reference}
    assert shown("to-authorise") == {waiting.reference}
    assert shown("with-referrer") == set()
    assert (
        shown("with-ksaf")
        == shown("all")
        == shown("nonsense")
        == {
            received.reference,
            acknowledged.reference,
            waiting.reference,
        }
    )


def test_the_queue_pages_by_key_within_eight_queries(client_of, database, kept_world):
    with database.transaction():
        made = {referrals.sent(kept_world.referrer).reference for _ in range(27)}
    client = client_of(kept_world.officer)
    with counted(database) as reads:
        first = client.get("/queue").text
    print(f"{len(reads)} queries for 25 rows")
    assert len(reads) <= 8
    onward = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(onward).text
    pages = [re.findall(r'id="row-(KSAF-[0-9A-Z-]+)"', page) for page in (first, second)]
    assert [len(page) for page in pages] == [25, 2]
    assert set(pages[0]) | set(pages[1]) == made


def test_an_unchanged_queue_costs_a_304(client_of, database, kept_world, received):
    client = client_of(kept_world.officer)
    rows = client.get("/queue/rows", headers=HTMX)
    assert client.get("/queue/rows", headers={**HTMX, "If-None-Match": rows.headers["ETag"]}).status_code == 304
    client.post(f"/referrals/{received.reference}/acknowledge")
    changed = client.get("/queue/rows", headers={**HTMX, "If-None-Match": rows.headers["ETag"]})
    assert changed.status_code == 200
    assert "<html" not in changed.text


def test_a_row_that_stands_open_stays_open(client_of, kept_world, received):
    client = client_of(kept_world.officer)
    open_row = client.get(f"/queue/rows?opened={received.reference}", headers=HTMX).text
    assert 'aria-expanded="true"' in open_row
    assert "hx-preserve" in open_row
    assert 'aria-expanded="false"' in client.get("/queue/rows", headers=HTMX).text
    closed = client.get(f"/queue/{received.reference}/summary?open=no", headers=HTMX).text
    assert 'aria-expanded="false"' in closed
    assert "hx-preserve" not in closed


def test_a_row_opens_in_place_and_as_a_page(client_of, kept_world, received):
    client, address = client_of(kept_world.officer), f"/queue/{received.reference}/summary"
    fragment, page = client.get(address, headers=HTMX).text, client.get(address).text
    assert "<html" not in fragment
    assert "<html" in page
    for text in (fragment, page):
        assert "Acknowledge referral" in text
        assert "No consent has been recorded" in text


def test_acknowledging_twice_tells_who_was_first(client_of, database, kept_world, received):
    address = f"/referrals/{received.reference}/acknowledge"
    first = client_of(kept_world.officer).post(address, data={"back": "queue"})
    assert (first.status_code, first.location) == (303, f"/queue/{received.reference}/summary")
    second = client_of(kept_world.colleague)
    assert second.post(address, data={"back": "queue"}).status_code == 303
    told = second.get(f"/queue/{received.reference}/summary").text
    assert "Sam Osei acknowledged this referral just now." in told


def test_a_question_is_made_of_what_is_ticked_and_typed(client_of, database, kept_world):
    short = {key: answer for key, answer in SCHOOL.items() if key != "support_tried"}
    referral = keep(database, lambda: referrals.acknowledged(kept_world.referrer, kept_world.officer, short))
    client, address = client_of(kept_world.officer), f"/referrals/{referral.reference}/ask"
    assert "What has been tried?" in client.get(address).text
    refused = client.post(address, data={"question": "  "})
    assert refused.status_code == 422
    assert "Error: Ask for information" in refused.text
    sent = client.post(address, data={"question": "Since when?", "ready": ["support_tried"]})
    assert (sent.status_code, sent.location) == (303, f"/referrals/{referral.reference}")
    assert [asked.question for asked in stored(database, InformationRequest)] == ["Since when?\nWhat has been tried?"]


def test_a_question_too_late_keeps_its_text(client_of, kept_world, waiting):
    answer = client_of(kept_world.officer).post(f"/referrals/{waiting.reference}/ask", data={"question": "Since when?"})
    assert answer.status_code == 409
    assert "Since when?" in answer.text


def test_a_refused_decision_keeps_its_text(client_of, kept_world, acknowledged):
    client, address = client_of(kept_world.officer), f"/referrals/{acknowledged.reference}/decide"
    refused = client.post(address, data={**TEXTS, "outcome": "not_accepted", "do": "send"})
    assert refused.status_code == 422
    assert "Select why it is not accepted" in refused.text
    for text in TEXTS.values():
        assert text in refused.text


def test_suggested_wording_and_a_preview_send_nothing(client_of, database, kept_world, acknowledged):
    client, address = client_of(kept_world.officer), f"/referrals/{acknowledged.reference}/decide"
    chosen = {"outcome": "not_accepted", "reason": "another_service_leads", "request_key": "once-and-again"}
    drafted = client.post(address, data={**chosen, "do": "draft"})
    assert "Another service already leads support for this family." in drafted.text
    preview = client.post(address, data={**TEXTS, **chosen, "do": "preview"})
    assert (drafted.status_code, preview.status_code) == (200, 200)
    assert "Preview: not sent to anybody yet" in preview.text
    assert stored(database, Decision) == []
    sent = client.post(address, data={**TEXTS, **chosen, "do": "send"})
    assert sent.status_code == 303
    assert [made.outcome for made in stored(database, Decision)] == [Outcome.NOT_ACCEPTED]


def test_outreach_without_consent_is_closed_with_why(client_of, database, kept_world):
    referral = keep(database, lambda: referrals.acknowledged(kept_world.referrer, kept_world.officer))
    client, address = client_of(kept_world.officer), f"/referrals/{referral.reference}/decide"
    assert re.search(r'value="pathway_2"[^>]*disabled', client.get(address).text)
    refused = client.post(address, data={**TEXTS, "outcome": "pathway_2", "do": "send"})
    assert refused.status_code == 422
    assert "outreach is voluntary" in refused.text
    assert stored(database, Decision) == []


def test_the_outcome_is_the_referrers_once_it_is_authorised(client_of, database, kept_world, waiting):
    address = f"/referrals/{waiting.reference}"
    referrer, officer = client_of(kept_world.referrer), client_of(kept_world.officer)
    assert referrer.get(f"{address}/outcome").status_code == 404
    assert "Preview: Outcome of your referral" in officer.get(f"{address}/outcome").text
    decided = client_of(kept_world.manager).post(f"{address}/authorise")
    assert (decided.status_code, decided.location) == (303, address)
    letter = client_of(kept_world.viewer).get(f"{address}/outcome").text
    for words in (TEXTS["explanation"], TEXTS["next_option"], "Sam Osei", "Priya Nair", "01795 504355"):
        assert words in letter
    assert TEXTS["rationale"] not in letter
    late = client_of(kept_world.other_manager).post(f"{address}/return", data={"comment": "Wait"})
    assert late.status_code == 409
    assert "Priya Nair authorised this decision just now." in late.text


def test_a_returned_decision_comes_back_filled_in(client_of, database, kept_world, waiting):
    address, manager = f"/referrals/{waiting.reference}", client_of(kept_world.manager)
    assert TEXTS["rationale"] in manager.get(f"{address}/authorise").text
    assert manager.post(f"{address}/return", data={"comment": ""}).status_code == 422
    assert manager.post(f"{address}/return", data={"comment": "Say more about risk."}).status_code == 303
    again = client_of(kept_world.officer).get(f"{address}/decide").text
    for words in ("Returned by Priya Nair", "Say more about risk.", *TEXTS.values()):
        assert words in again
    assert client_of(kept_world.referrer).get(f"{address}/outcome").status_code == 404


def test_a_manager_does_not_settle_their_own(client_of, database, kept_world):
    referral = keep(database, lambda: proposed(kept_world, by=kept_world.manager))
    client, address = client_of(kept_world.manager), f"/referrals/{referral.reference}/authorise"
    assert "You proposed this decision" in client.get(address).text
    assert client.post(address).status_code == 422
    found = stored(database, Referral, Referral.reference == referral.reference)
    assert found[0].state is State.DECISION_PROPOSED


def test_a_page_whose_time_has_passed_leads_to_the_referral(client_of, kept_world, waiting):
    officer, address = client_of(kept_world.officer), f"/referrals/{waiting.reference}"
    for page in ("ask", "decide"):
        assert officer.get(f"{address}/{page}").location == address
