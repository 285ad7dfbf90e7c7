"""The main job, as people do it: a school refers, KSAF reads, asks, decides, and the school sees each step."""

import re

from playwright.sync_api import Page, expect

from tests.factories.answers import SCHOOL
from tests.journeys import form, mail
from tests.live import Portal, browsing, code, sign_in


def test_a_school_refers_and_watches_what_happens(portal, cast, browser, tmp_path):
    portal.serve()
    portal.start("scheduler", "--interval", "1")
    with browsing(browser, portal) as school, browsing(browser, portal) as ksaf, browsing(browser, portal) as manager:
        sign_in(school, portal, cast["school"], second_factor=False)
        _set_up_second_factor(school, portal)
        reference = _refer(school, portal, tmp_path)
        mail.receipt(portal, cast["school"], reference)
        sign_in(ksaf, portal, cast["triage"], second_factor=True)
        school.goto(f"{portal.url}/referrals/{reference}")
        _acknowledge(ksaf, portal, reference)
        expect(school.get_by_text(re.compile("Acknowledged", re.IGNORECASE)).first).to_be_visible()  # by itself
        _ask(ksaf, portal, reference)
        expect(school.get_by_text("Which mornings", exact=False).first).to_be_visible()  # by itself
        _answer(school, portal, reference)
        _assess(ksaf, portal, reference)
        _decide(ksaf, portal, reference)
        sign_in(manager, portal, cast["manager"], second_factor=True)
        school.goto(f"{portal.url}/referrals/{reference}")
        _authorise(manager, portal, reference)
        expect(school.get_by_text("Accepted").first).to_be_visible()  # by itself
        _read_outcome(school, portal, reference)
    mail.no_names(portal)


def test_the_same_without_javascript(portal, cast, browser, tmp_path):
    portal.serve()
    with (
        browsing(browser, portal, scripts=False) as school,
        browsing(browser, portal, scripts=False) as ksaf,
        browsing(browser, portal, scripts=False) as manager,
    ):
        sign_in(school, portal, cast["school"], second_factor=False)
        reference = _refer(school, portal, tmp_path)
        sign_in(ksaf, portal, cast["triage"], second_factor=True)
        _acknowledge(ksaf, portal, reference)
        school.goto(f"{portal.url}/referrals/{reference}")
        expect(school.get_by_text(re.compile("Acknowledged", re.IGNORECASE)).first).to_be_visible()
        _ask(ksaf, portal, reference)
        _answer(school, portal, reference)
        _assess(ksaf, portal, reference)
        _decide(ksaf, portal, reference)
        sign_in(manager, portal, cast["manager"], second_factor=True)
        _authorise(manager, portal, reference)
        _read_outcome(school, portal, reference)


def _set_up_second_factor(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/second-factor/set-up")
    secret = re.sub(r"\s", "", page.locator(".setup-key code").inner_text())
    page.locator('[autocomplete="one-time-code"]').fill(code(secret))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep your recovery codes")


def _refer(page: Page, portal: Portal, folder) -> str:
    reference = form.answer_four(page, portal)
    form.fill_all(page, portal, reference)
    form.attach_two(page, portal, reference, folder)
    page.goto(f"{portal.url}/referrals/{reference}/check-answers")
    expect(page.get_by_text(SCHOOL["attendance_pattern"]).first).to_be_visible()
    page.get_by_role("button", name="Send referral to KSAF").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Referral sent")
    expect(page.get_by_text("Tuesday 24 November").first).to_be_visible()  # acknowledged by, one working day on
    return reference


def _acknowledge(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/queue")
    expect(page.get_by_text(reference).first).to_be_visible()
    page.goto(f"{portal.url}/referrals/{reference}")
    page.get_by_role("button", name="Acknowledge").first.click()
    expect(page.get_by_text("Acknowledged").first).to_be_visible()


def _ask(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/referrals/{reference}/ask")
    page.get_by_label("Your question").fill("Which mornings has the art room start worked best?")
    page.get_by_role("button", name="Send question").click()
    page.wait_for_url(re.compile(r"/referrals/KSAF-[^/]+$|/queue"))


def _answer(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/referrals/{reference}/answer")
    expect(page.get_by_text("Which mornings", exact=False).first).to_be_visible()
    page.locator("textarea").first.fill("Tuesdays and Thursdays, when Miss Dunne opens at 8:15.")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Tuesdays and Thursdays", exact=False).first).to_be_visible()


def _assess(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/referrals/{reference}")
    expect(page.get_by_text("Tuesdays and Thursdays", exact=False).first).to_be_visible()
    page.goto(f"{portal.url}/referrals/{reference}/decide")
    expect(page.locator('[name="outcome"][value="pathway_2"]')).to_be_disabled()  # nobody has assessed it yet
    page.get_by_role("link", name="Go to the assessment").click()
    page.get_by_label("Need", exact=True).fill("Mornings are hard; the school’s support helped a little.")
    page.get_by_text("Signs: the child’s development").click()
    page.get_by_label("Absence, truancy or exclusion that affects the child").check()
    page.get_by_label("Level 2: additional").check()
    page.get_by_label("Why this level?").fill("More is needed than everyone gets, and nothing points to harm.")
    page.get_by_role("button", name="Save and decide").click()
    page.wait_for_url("**/decide")
    expect(page.get_by_text("Level 2: additional").first).to_be_visible()


def _decide(page: Page, portal: Portal, reference: str) -> None:
    page.locator('[name="outcome"][value="pathway_2"]').check()
    page.get_by_label("Rationale").fill("Early worry, strong school support, voluntary help likely to be taken up.")
    page.get_by_label("Reason, as the referrer reads it").fill("Five weeks of outreach fit what the family asks for.")
    page.get_by_label("Next option for the family").fill("A case manager will phone within two working days.")
    page.get_by_role("button", name=re.compile("manager|propose|Send", re.IGNORECASE)).first.click()
    page.wait_for_url(re.compile(r"/referrals/KSAF-[^/]+$|/queue"))


def _authorise(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/referrals/{reference}/authorise")
    expect(page.get_by_text("Early worry", exact=False).first).to_be_visible()
    expect(page.get_by_text("nothing points to harm", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Authorise and tell the referrer").click()
    page.wait_for_url(re.compile(r"/referrals/KSAF-[^/]+$|/queue"))


def _read_outcome(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/referrals/{reference}/outcome")
    for words in ("Five weeks of outreach", "A case manager will phone"):
        expect(page.get_by_text(words, exact=False).first).to_be_visible()
    expect(page.get_by_text("Early worry", exact=False)).to_have_count(0)  # KSAF's own record
    page.emulate_media(media="print")
    expect(page.get_by_text("Five weeks of outreach", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    page.emulate_media(media="screen")
