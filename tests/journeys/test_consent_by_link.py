"""Consent by link on a small phone without JavaScript, given in part; then taken back while a partner is reading."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.access.models import Scope
from portal.access.roles import OrganisationKind, Role
from portal.consent.models import Position
from portal.consent.statements import Giver, Statement
from portal.family import changes
from tests.factories import people, referrals
from tests.journeys import mail
from tests.live import Portal, browsing, select_wait, sign_in, width_of

EMAIL = "sana@home.example"
NARROW = 320


@pytest.fixture
def world(portal: Portal) -> dict[str, people.Person]:
    """A school, KSAF's officer, and an Early Help team; each can sign in."""
    with portal.database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        school = people.add_organisation(name="Larkfield Vale Academy")
        council = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")
        made = {
            "school": people.add_person(school, Role.REFERRER, "Ruth Adeyemi"),
            "officer": people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
            "partner": people.add_person(council, Role.REFERRER, "Ida Duarte"),
        }
        for name, person in made.items():
            portal.give_password(person, second_factor=name == "officer")
    return made


def test_given_in_part_by_link_then_taken_back_mid_session(portal, world, browser):
    reference = _shared_by_consent(portal, world)
    portal.serve()
    portal.start("scheduler", "--interval", "1")
    with (
        browsing(browser, portal) as ksaf,
        browsing(browser, portal) as partner,
        browsing(browser, portal, scripts=False, width=NARROW) as parent,
    ):
        sign_in(ksaf, portal, world["officer"], second_factor=True)
        _send_link(ksaf, portal, reference)
        _pass_check(parent, _mailed(portal))
        _answer_in_part(parent)
        _reads_what_was_said(ksaf, portal, reference)
        sign_in(partner, portal, world["partner"], second_factor=False)
        partner.goto(f"{portal.url}/referrals/{reference}")
        expect(partner.get_by_role("heading", level=1)).to_contain_text("Amira")
        _take_back(parent, "Talking to other people you choose")
        answer = partner.goto(f"{portal.url}/referrals/{reference}")
        assert (answer.status, "Amira" in partner.content()) == (404, False)
        partner.goto(portal.url)
        partner.get_by_role("link", name="KSAF no longer shares a referral with you").click()
        expect(partner.get_by_text("Your organisation cannot open it any more.")).to_be_visible()
        ksaf.goto(portal.url)
        expect(ksaf.get_by_role("link", name=re.compile("A family has changed its consent"))).to_be_visible()
        ksaf.goto(f"{portal.url}/referrals/{reference}?tab=consent")
        expect(ksaf.get_by_text("Withdrawn").first).to_be_visible()
    mail.wait_for(portal, world["partner"], "No longer shared with you")
    mail.no_names(portal)


def _shared_by_consent(portal: Portal, world: dict[str, people.Person]) -> str:
    """A referral that KSAF has, shared on a consent that was given face to face; return its reference."""
    with portal.database.transaction():
        made = referrals.acknowledged(world["school"], world["officer"])
        giver = Giver("Sana Khan", "parental_responsibility", "face_to_face", None)
        changes.record(world["officer"].actor, made, [Statement("named_others", Position.GIVEN)], giver)
        referrals.share(made, world["partner"].organisation_id, Scope.UPDATES)
        return made.reference


def _send_link(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/referrals/{reference}?tab=consent")
    page.get_by_role("button", name="Ask the family through a link").click()
    page.get_by_label("A parent or carer").check()
    page.get_by_role("radio", name="By email").check()
    page.get_by_label("If by email: their address").fill(EMAIL)
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_text("Waiting for an answer")).to_be_visible()


def _mailed(portal: Portal) -> str:
    """Wait for the mail to the parent and return the link in it."""
    for _ in range(600):
        for message in portal.sink.to(EMAIL):
            return re.search(r"http://\S+/consent/\S+", message.get_content())[0]
        select_wait(0.1)
    raise AssertionError("no mail with the link")


def _pass_check(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("A quick check first")
    _born(page, "5")
    expect(page.get_by_role("alert")).to_contain_text("That is not the date")
    assert "Amira" not in page.content()
    _born(page, "4")
    expect(page.get_by_text("This is about Amira.")).to_be_visible()
    expect(page.get_by_text("Estuary Early Help")).to_be_visible()
    _fits(page)


def _born(page: Page, day: str) -> None:
    for label, value in (("Day", day), ("Month", "5"), ("Year", "2013")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Continue").click()


def _answer_in_part(page: Page) -> None:
    page.get_by_role("button", name="Answer the questions").click()
    page.get_by_label("Your full name").fill("Sana Khan")
    page.get_by_label("Yes, I have parental responsibility").check()
    _continue(page, "Help from KSAF")
    page.get_by_label("Yes", exact=True).check()
    _continue(page, "Telling the people who asked us")
    page.get_by_label("Yes, but with limits").check()
    page.get_by_label("If there are limits, what are they?").fill("Not about my health.")
    _continue(page, "Getting in touch with you")
    page.get_by_label("Yes, but with limits").check()
    page.get_by_role("checkbox", name="Phone").check()
    _continue(page, "Talking to other people you choose")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Who may KSAF talk to?").fill("Estuary Early Help")
    _continue(page, "Counting your family in our figures")
    page.get_by_label("No", exact=True).check()
    _continue(page, "Check your answers")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you have said")
    _fits(page)


def _continue(page: Page, heading: str) -> None:
    _fits(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def _fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert width_of(page) <= NARROW


def _reads_what_was_said(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/referrals/{reference}?tab=consent")
    for words in ("Not about my health.", "Only by phone", "Only with: Estuary Early Help", "through their own link"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_text("Did not agree").first).to_be_visible()


def _take_back(page: Page, purpose: str) -> None:
    page.get_by_role("link", name=re.compile(f"Change this.*{purpose}", re.IGNORECASE)).click()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Save this change").click()
    expect(page.get_by_text("You said no. Before, it was yes")).to_be_visible()
