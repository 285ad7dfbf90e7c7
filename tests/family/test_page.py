"""The family's page: what it asks first, and that its answers are the ledger's."""

import datetime as dt
import re

import pytest

from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.consent import wording
from portal.consent.models import ConsentEvent
from portal.family import links, proof
from portal.family.models import ConsentLink, ForWhom, Way
from portal.family.rules import MOST_WRONG_DATES
from portal.notifications import letters
from portal.notifications.models import OutboxMail
from portal.referrals.models import TimelineEntry
from tests.factories.referrals import load_for
from tests.family.conftest import ANSWERS, BORN, EMAIL, SANA, ledger, link_of, mails, prompts, rows

CHILD = "Amira"


def test_nothing_of_the_child_is_shown_before_the_check(visit_of):
    visit = visit_of()
    page = visit.get()
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "date of birth" in page.text
    for shown in (page, visit.post("/check", born=["5", "5", "2013"]), visit.post("/check", born=["", "", ""])):
        assert not any(word in shown.text for word in (CHILD, "Khan", "Larkfield", visit.reference))
    for sub in ("/questions/about-you", "/copy", "/call", "/check-answers", "/stop"):
        asked = visit.get(sub)
        assert (asked.status_code, asked.headers["Location"]) == (303, visit.path)


def test_after_the_check_it_says_who_sees_what(visit_of):
    visit = visit_of()
    assert visit.check().status_code == 303
    page = visit.get()
    assert all(word in page.text for word in (CHILD, "Larkfield Vale Academy", "KSAF", "01795 504355"))
    assert "Answer the questions" in page.text


def test_every_answer_enters_the_ledger_with_its_giver_wording_and_limits(database, visit_of):
    visit = visit_of()
    visit.check()
    assert visit.post("/questions/about-you", **SANA).headers["Location"].endswith("/questions/ksaf_support")
    visit.answer()
    assert ledger(database) == [
        ("ksaf_support", "given", None),
        ("updates_to_referrer", "limited", "Not about my health."),
        ("contact_family", "limited", "Only by phone or text message"),
        ("named_others", "limited", "Only with: Dr Ames at Weir Surgery"),
        ("anonymised_figures", "refused", None),
    ]
    shown = wording.wording("ksaf-consent-2")
    for each in rows(database, ConsentEvent):
        assert (each.given_by, each.capacity, each.method) == ("Sana Khan", "parental_responsibility", "link")
        assert (each.wording_version, each.wording_hash) == (shown.id, wording.wording_hash(shown))
        assert (each.effective_on, each.recorded_by_id) == (dt.date(2026, 11, 23), None)
        assert each.recorded_at is not None


def test_the_answers_can_be_read_before_and_after_they_are_sent(database, visit_of):
    visit = visit_of()
    visit.check()
    assert visit.get("/check-answers").headers["Location"].endswith("/questions/about-you")
    for step, typed in {"about-you": SANA, **ANSWERS}.items():
        visit.post(f"/questions/{step}", **typed)
    page = visit.get("/check-answers").text
    assert all(word in page for word in ("Sana Khan", "Dr Ames at Weir Surgery", "Not about my health."))
    assert ledger(database) == []
    visit.post("/send")
    said = visit.get().text
    assert all(word in said for word in ("What you have said", "You said yes", "You said no", "Not about my health."))


def test_a_second_click_sends_nothing_twice(database, visit_of):
    visit = visit_of()
    visit.answer()
    visit.post("/send")
    assert len(ledger(database)) == len(ANSWERS)


def test_a_change_counts_at_once_and_a_no_after_a_yes_is_a_withdrawal(database, visit_of):
    visit = visit_of()
    visit.answer()
    done = visit.post("/questions/ksaf_support", position="refused")
    assert (done.status_code, done.headers["Location"]) == (303, visit.path)
    first, last = rows(database, ConsentEvent)[0], rows(database, ConsentEvent)[-1]
    assert (last.purpose, last.position.value, last.supersedes_id) == ("ksaf_support", "withdrawn", first.id)
    assert "You said no. Before, it was yes" in visit.get().text


def test_all_of_it_is_stopped_as_easily_as_it_was_given(database, visit_of):
    visit = visit_of()
    visit.answer()
    assert "Help from KSAF" in visit.get("/stop").text
    assert visit.post("/stop", **{**SANA, "name": ""}).status_code == 422
    assert visit.post("/stop", **SANA).status_code == 303
    assert {position for _, position, _ in ledger(database)[len(ANSWERS) :]} == {"withdrawn"}
    assert len(ledger(database)) == 2 * len(ANSWERS) - 1  # one was never agreed to
    assert "nothing to stop" in visit.get("/stop").text


@pytest.mark.parametrize(
    ("step", "typed", "told"),
    [
        ("about-you", {**SANA, "name": ""}, "Enter your full name"),
        ("about-you", {"name": "Sana Khan"}, "Choose what fits you"),
        ("ksaf_support", {}, "Choose your answer"),
        ("ksaf_support", {"position": "limited"}, "Write what the limits are"),
        ("named_others", {"position": "given", "limits": "Kept text"}, "Name who KSAF may talk to"),
        ("anonymised_figures", {"position": "limited"}, "Choose your answer"),
    ],
)
def test_what_is_missing_is_asked_and_what_was_typed_stays(database, visit_of, step, typed, told):
    visit = visit_of()
    visit.check()
    answer = visit.post(f"/questions/{step}", **typed)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert all(text in answer.text for key, text in typed.items() if key in {"name", "limits"})
    assert link_of(database).draft is None


def test_a_step_that_is_none_is_not_found(visit_of):
    visit = visit_of()
    visit.check()
    assert visit.get("/questions/nonsense").status_code == 404


def test_guesses_at_the_date_end_the_link(database, visit_of, app, moment):
    visit, tried = visit_of(), 0
    for day in range(1, 28):
        answer = app.test_client().post(f"{visit.path}/check", data={"born": [str(day), "6", "2013"]})
        if answer.status_code == 429:
            moment.advance(minutes=5, seconds=1)
        elif answer.status_code == 422:
            tried += 1
        else:
            assert answer.status_code == 404
            break
    print(f"{tried} guesses before the link ended")
    assert tried == MOST_WRONG_DATES
    assert visit.check().status_code == 404


def test_the_check_belongs_to_one_browser_and_runs_out(visit_of, app, moment):
    visit = visit_of()
    visit.check()
    assert CHILD in visit.get().text
    assert CHILD not in app.test_client().get(visit.path).text
    moment.now += proof.PROVED_FOR + dt.timedelta(minutes=1)
    late = visit.post("/questions/ksaf_support", position="limited", limits="Only in the mornings.")
    assert (late.status_code, "Only in the mornings." in late.text, CHILD in late.text) == (422, True, False)


def test_leaving_closes_the_page_on_the_device(visit_of):
    visit = visit_of()
    visit.check()
    visit.post("/leave")
    assert CHILD not in visit.get().text


def test_a_link_that_is_none_of_ours_reveals_nothing(visit_of):
    visit = visit_of()
    plain = lambda page: re.sub(r'nonce[=-]"?[^"\s]*"?', "", page.text)  # noqa: E731 - one line
    unknown = visit.browser.get("/consent/nonsense-of-some-length")
    tampered = visit.browser.get(f"{visit.path[:-4]}AAAA")
    assert (unknown.status_code, plain(unknown)) == (404, plain(tampered))


def test_the_database_keeps_no_key_that_opens_the_link(database, visit_of):
    visit = visit_of()
    assert visit.path.rpartition("/")[2] not in str(link_of(database).model_dump())


def test_a_link_runs_out_and_helps_to_a_new_one(database, visit_of, moment):
    visit = visit_of()
    visit.answer()
    moment.advance(days=14)
    over = visit.get()
    assert (over.status_code, "This link has run out" in over.text) == (410, True)
    assert "on its way to the email address" in visit.post("/again").text
    sent = mails(database, "link")
    assert [each.to_address for each in sent] == [EMAIL, EMAIL]
    assert (visit.get().status_code, visit.post("/again").status_code) == (404, 404)
    visit.path = sent[-1].context["path"]
    visit.check()
    assert "Not about my health." in visit.get().text  # their own words, on their own next link


def test_a_link_on_paper_that_ran_out_reaches_ksaf(database, visit_of, moment):
    visit = visit_of(way=Way.PAPER)
    moment.advance(days=14)
    assert "KSAF knows" in visit.post("/again").text
    assert len(prompts(database, "family_link")) == 1
    assert visit.get().status_code == 410


def test_a_call_reaches_ksaf_and_nobody_else(database, visit_of, client_of, kept_world):
    visit = visit_of()
    visit.check()
    assert visit.post("/call", name="Sana", phone="").status_code == 422
    assert visit.post("/call", name="Sana", phone="07700 900123", when="After 4pm").status_code == 303
    assert len(prompts(database, "family_call")) == 1
    for person in (kept_world.officer, kept_world.referrer):
        page = client_of(person).get(f"/referrals/{visit.reference}").text
        assert ("07700 900123" in page) is (person is kept_world.officer)


def test_a_copy_is_printed_or_the_link_is_mailed(database, visit_of):
    visit = visit_of(way=Way.PAPER)
    visit.answer()
    page = visit.get("/copy").text
    assert all(word in page for word in ("<svg", "ksaf-consent-2", "Not about my health.", visit.reference))
    assert visit.post("/copy", email="nonsense").status_code == 422
    assert visit.post("/copy", email="new@home.example").status_code == 303
    [sent] = mails(database, "copy")
    assert (sent.to_address, sent.context["path"]) == ("new@home.example", visit.path)


def test_a_young_persons_view_stands_beside_and_opens_nothing(database, visit_of):
    visit = visit_of(ForWhom.YOUNG_PERSON, Way.SCREEN)
    assert "your date of birth" in visit.get().text
    young = {key: typed for key, typed in ANSWERS.items() if key != "anonymised_figures"}
    visit.answer(young, {"name": "Amira"})
    assert [purpose for purpose, *_ in ledger(database)] == [f"view:{key}" for key in young]
    event = rows(database, ConsentEvent)[0]
    assert (event.capacity, event.wording_version) == ("young_persons_view", "ksaf-view-1")


def test_another_parents_words_are_not_shown(database, visit_of, kept_world):
    """What one parent limits may be a danger when the other reads it."""
    visit = visit_of()
    visit.answer()
    with database.transaction():
        referral = load_for(kept_world.officer, visit.referral_id)
        row = links.make(kept_world.officer.actor, referral, links.Wanted(ForWhom.PARENT, Way.PAPER))
        other = links.path_of(row)
    visit.path = other
    visit.check()
    page = visit.get().text
    assert ("Somebody wrote down for you" in page, "Not about my health." in page, "Sana" in page) == (
        True,
        False,
        False,
    )


def test_opening_and_answering_are_audited_without_an_account(database, visit_of):
    visit = visit_of()
    visit.check()
    visit.get()
    visit.answer()
    events = [each.action for each in rows(database, AuditEvent) if each.actor_id is None]
    assert events[0] == Action.CONSENT_LINK_OPENED
    assert events.count(Action.CONSENT_RECORDED) == len(ANSWERS)


def test_both_sides_are_told_and_no_mail_names_anybody(database, visit_of, kept_world):
    visit = visit_of()
    visit.answer()
    visit.post("/call", name="Sana", phone="07700 900123")
    visit.post("/copy", email=EMAIL)
    told = [each.to_address for each in mails(database, "answered")]
    assert {kept_world.officer.email, kept_world.referrer.email} <= set(told)
    letterhead = letters.Letterhead("https://portal.example", "01795 504355", "info@ksaf.example")
    family = [each for each in rows(database, OutboxMail) if each.template.startswith("family/")]
    assert {each.template for each in family} == {f"family/{name}" for name in ("link", "answered", "call", "copy")}
    for each in family:
        subject, body = letters.read(each, letterhead)
        assert visit.reference in subject
        assert not any(word in subject + body for word in ("Amira", "Khan", "Sana", "07700"))
        assert ("Sign in" in body) is (each.template in {"family/answered", "family/call"})
    titles = [each.title for each in rows(database, TimelineEntry)]
    assert not any(word in title for title in titles for word in ("Sana", "Khan"))


def test_drafts_survive_another_browser(visit_of, app):
    visit = visit_of()
    visit.check()
    visit.post("/questions/about-you", **SANA)
    visit.post("/questions/ksaf_support", position="limited", limits="Only with a woman.")
    visit.browser = app.test_client()
    visit.check()
    assert "Go on where you stopped" in visit.get().text
    assert "Only with a woman." in visit.get("/questions/ksaf_support").text


def test_the_date_is_asked_as_numbers(visit_of):
    visit = visit_of()
    answer = visit.post("/check", born=["31", "2", "2013"])
    assert (answer.status_code, "There is something to put right" in answer.text) == (422, True)
    assert BORN["born"][2] == "2013"


def test_links_are_the_owners_rows(database, visit_of, kept_world):
    visit_of()
    [row] = rows(database, ConsentLink)
    assert row.organisation_id == kept_world.referrer.organisation_id
