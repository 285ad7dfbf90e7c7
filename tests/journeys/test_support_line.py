"""The Support and Advice Line, as people use it: a signpost that names nobody, a family called, a call made a draft."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.signposts.models import Signpost
from portal.enquiries.signposts.rules import GIVEN
from portal.referrals.models import Referral
from portal.referrals.rules import State
from tests.factories import people
from tests.live import Portal, browsing, select_wait, sign_in

NAMES = ("Dana", "Lowe", "Mia", "Ottervane", "Helen")
WORRIES = "Mia hides at the gate on Mondays."


@pytest.fixture
def cast(portal: Portal) -> dict[str, people.Person]:
    """A councillor and a school with a password alone, and KSAF's adviser with a second factor."""
    with portal.database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        ward = people.add_organisation(OrganisationKind.COUNCILLOR, "Councillor for Creek Ward")
        school = people.add_organisation(name="Larkfield Vale Academy")
        made = {
            "councillor": people.add_person(ward, Role.REFERRER, "Joan Ferris"),
            "school": people.add_person(school, Role.REFERRER, "Helen Marsh"),
            "adviser": people.add_person(ksaf, Role.SUPPORT_LINE_ADVISER, "Tessa Bright"),
        }
        for name, person in made.items():
            portal.give_password(person, second_factor=name == "adviser")
    return made


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_councillor_signposts_a_family_without_saying_who_they_are(portal, cast, browser, scripts):
    portal.serve()
    with browsing(browser, portal, scripts=scripts) as page:
        sign_in(page, portal, cast["councillor"], second_factor=False)
        page.get_by_role("button", name="Signpost a family").click()
        page.get_by_role("button", name="Record it without personal data").click()
        assert page.locator("main textarea, main input[type=text], main input[type=tel]").count() == 0
        _first_answers(page, area="Kent", need="Getting to school")
        page.get_by_label(GIVEN["line"]).check()
        page.get_by_role("button", name="Record it").click()
        expect(page.get_by_text("without any personal data").first).to_be_visible()
        expect(page.get_by_role("cell", name="Getting to school")).to_be_visible()
    [row] = _held(portal, Signpost)
    kept = {name: value for name, value in row.items() if name not in {"id", "reference", "made_at"}}
    assert kept == {
        "organisation_id": cast["councillor"].organisation_id,
        "operator_id": cast["adviser"].organisation_id,
        "kind": "record",
        "state": "recorded",
        "need": "attendance",
        "area": "kent",
        "given": ["line"],
        "call_by": None,
        "made_by_id": cast["councillor"].user_id,
        "made_by_name": "Joan Ferris",
    }
    assert _held(portal, CallBack) == []


def test_a_family_that_agreed_is_called_and_the_councillor_hears_only_that(portal, cast, browser):
    portal.serve()
    with browsing(browser, portal, width=375) as ward, browsing(browser, portal) as line:
        sign_in(ward, portal, cast["councillor"], second_factor=False)
        _ask_for_call(ward, portal)
        sign_in(line, portal, cast["adviser"], second_factor=True)
        line.get_by_role("link", name="Dana Lowe").click()
        expect(line.get_by_text("Do not leave a message", exact=False)).to_be_visible()
        expect(line.get_by_role("button", name="Message left")).to_have_count(0)
        line.get_by_role("button", name="No answer").click()
        line.get_by_role("button", name="I spoke to them").click()
        expect(line.get_by_label("Their name (optional)")).to_have_value("Dana Lowe")
        _log(line, "She cannot get her son up on Mondays.", "The advice is enough for now")
        ward.goto(f"{portal.url}/signposts")
        expect(ward.get_by_text("Contact was made").first).to_be_visible()
        expect(ward.get_by_text("Mondays", exact=False)).to_have_count(0)
    _no_names_in_mail(portal, cast["councillor"], "signposts")


def test_a_call_becomes_a_draft_that_the_school_goes_on_with(portal, cast, browser):
    portal.serve()
    with browsing(browser, portal) as line, browsing(browser, portal) as school:
        sign_in(line, portal, cast["adviser"], second_factor=True)
        line.goto(f"{portal.url}/enquiries/new")
        line.get_by_label("Kent", exact=True).check()
        line.get_by_label("A professional", exact=True).check()
        _log(line, WORRIES, "They will talk to a professional about a referral")
        line.get_by_role("button", name="Invite them to refer").click()
        expect(line.get_by_label("What are they worried about?")).to_have_value(WORRIES)
        line.get_by_label("Which email address do they sign in with?").fill(cast["school"].email)
        line.get_by_label("Child’s first name (optional)").fill("Mia")
        line.get_by_label("They agree that KSAF begins a draft", exact=False).check()
        line.get_by_role("button", name="Begin the draft").click()
        expect(line.get_by_text("It has not been sent yet", exact=False)).to_be_visible()
        sign_in(school, portal, cast["school"], second_factor=False)
        school.get_by_role("link", name="Finish the referral of Mia that KSAF began from a call").click()
        expect(school.get_by_text("began this from your call", exact=False)).to_be_visible()
        school.get_by_role("link", name="3. Reason for referral").click()
        expect(school.locator('[name="presenting_worries"]')).to_have_value(WORRIES)
        school.locator('[name="presenting_worries"]').fill(f"{WORRIES} It began on 2 November.")
        school.get_by_role("button", name="Save and continue").click()
        school.wait_for_url("**/sections/safeguarding-and-context")
        line.reload()
        expect(line.get_by_text("It has not been sent yet", exact=False)).to_be_visible()
        expect(line.get_by_text("2 November", exact=False)).to_have_count(0)
    [draft] = _held(portal, Referral)
    assert (draft["state"], draft["organisation_id"]) == (State.DRAFT, cast["school"].organisation_id)
    _no_names_in_mail(portal, cast["school"], f"referrals/{draft['reference']}/tasks")


def _first_answers(page: Page, *, area: str, need: str) -> None:
    page.get_by_label("No", exact=True).check()
    page.get_by_label(area, exact=True).check()
    page.get_by_label(need).check()


def _ask_for_call(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/signposts/call")
    _first_answers(page, area="Medway", need="Pressure at home")
    page.get_by_label("The parent or carer has agreed", exact=False).check()
    page.get_by_label("Whom should we ask for?").fill("Dana Lowe")
    page.get_by_label("Their phone number").fill("01632 960 701")
    page.get_by_label("In the morning, before midday").check()
    page.get_by_label("No, or I do not know").check()
    page.get_by_role("button", name="Ask KSAF to call").click()
    expect(page.get_by_text("KSAF calls the family by Tuesday 24 November 2026 at 5pm", exact=False)).to_be_visible()


def _log(page: Page, explored: str, next_step: str) -> None:
    page.locator('[name="risk"][value="no"]').check()
    page.get_by_label("What is it about?").fill(explored)
    page.get_by_label("What did you advise?").fill("One small step for Monday.")
    page.get_by_label(next_step).check()
    page.get_by_role("button", name="Save the call").click()
    expect(page.get_by_text("The call is logged.")).to_be_visible()


def _held(portal: Portal, kind) -> list[dict]:
    with portal.database.system_transaction(write=False) as session:
        return [row.model_dump() for row in session.scalars(select(kind)).all()]


def _no_names_in_mail(portal: Portal, person: people.Person, path: str) -> None:
    portal.start("scheduler", "--interval", "1")
    waited = 0
    while not portal.sink.to(person.email) and waited < 600:
        select_wait(0.1)
        waited += 1
    texts = [f"{mail['Subject']} {mail.get_content()}" for mail in portal.sink.to(person.email)]
    assert any(re.search(rf"{portal.url}/{path}\b", text) for text in texts)
    for message in portal.sink.messages:
        assert not any(name in f"{message['Subject']} {message.get_content()}" for name in NAMES)
