"""Whatever happens to a session, a tab or a form, the words come back."""

import pytest
from playwright.sync_api import Route, expect
from sqlmodel import col, update

from portal import clock
from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import AccountSession
from portal.tenancy import as_system
from tests.factories import people, referrals
from tests.live import PASSWORD, browsing, sign_in

WORDS = "Since 28 September absent on six Mondays. She told Miss Dunne that the bus makes her feel sick."


@pytest.fixture
def draft(portal) -> tuple[people.Person, str]:
    """A referrer with a draft, on a portal that serves."""
    with portal.database.transaction():
        people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        person = people.add_person(people.add_organisation(), Role.REFERRER, "Ruth Adeyemi")
        portal.give_password(person, second_factor=False)
        reference = referrals.draft(person, {}).reference
    portal.serve()
    return person, f"{portal.url}/referrals/{reference}/sections/strengths"


def _end_sessions(portal) -> None:
    """End every session on the server, as thirty idle minutes would."""
    with portal.database.transaction() as session, as_system(session):
        session.execute(
            update(AccountSession).where(col(AccountSession.ended_at).is_(None)).values(ended_at=clock.now())
        )


def _sign_in_again(page, person) -> None:
    page.get_by_label("Email address").fill(person.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_session_that_ended_gives_the_words_back(portal, draft, browser, scripts):
    person, address = draft
    with browsing(browser, portal, scripts=scripts) as page:
        sign_in(page, portal, person, second_factor=False)
        page.goto(address)
        _end_sessions(portal)
        page.locator('[name="what_works"]').fill(WORDS)
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url("**/sign-in**")
        _sign_in_again(page, person)
        page.wait_for_url("**/sections/strengths")
        expect(page.locator('[name="what_works"]')).to_have_value(WORDS)


def test_autosave_keeps_the_words_without_a_click(portal, draft, browser):
    person, address = draft
    with browsing(browser, portal) as page:
        sign_in(page, portal, person, second_factor=False)
        page.goto(address)
        page.locator('[name="what_works"]').fill(WORDS)
        expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
        page.goto(f"{portal.url}/referrals")
        page.goto(address)
        expect(page.locator('[name="what_works"]')).to_have_value(WORDS)


def test_what_is_typed_before_the_script_arrives_is_saved(portal, draft, browser):
    person, address = draft
    with browsing(browser, portal) as page:
        sign_in(page, portal, person, second_factor=False)
        arriving: list[Route] = []

        def hold(route: Route) -> None:
            arriving.append(route)

        page.route("**/js/autosave*", hold)
        page.goto(address)
        page.locator('[name="what_works"]').fill(WORDS)
        arriving[0].continue_()
        expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
        page.goto(f"{portal.url}/referrals")
        page.goto(address)
        expect(page.locator('[name="what_works"]')).to_have_value(WORDS)


def test_two_tabs_lose_neither(portal, draft, browser):
    person, address = draft
    with browsing(browser, portal, scripts=False) as page:
        sign_in(page, portal, person, second_factor=False)
        other = page.context.new_page()
        for tab in (page, other):
            tab.goto(address)
        page.locator('[name="what_works"]').fill(WORDS)
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url("**/additional-needs")
        other.locator('[name="what_works"]').fill("The other tab.")
        other.get_by_role("button", name="Save and continue").click()
        expect(other.locator('[name="what_works"]')).to_have_value("The other tab.")
        expect(other.get_by_text(WORDS)).to_be_visible()


def test_a_refused_form_keeps_every_word(portal, draft, browser):
    person, address = draft
    with browsing(browser, portal, scripts=False) as page:
        sign_in(page, portal, person, second_factor=False)
        page.goto(address.replace("strengths", "attendance"))
        page.locator('[name="attendance_percent"]').fill("about two thirds")
        page.locator('[name="attendance_pattern"]').fill(WORDS)
        page.get_by_role("button", name="Save and continue").click()
        page.goto(address.replace("strengths", "attendance"))
        expect(page.locator('[name="attendance_percent"]')).to_have_value("about two thirds")
        expect(page.locator('[name="attendance_pattern"]')).to_have_value(WORDS)


def test_back_after_signing_out_shows_nothing(portal, draft, browser):
    person, address = draft
    with browsing(browser, portal) as page:
        sign_in(page, portal, person, second_factor=False)
        page.goto(address)
        page.locator('[name="what_works"]').fill(WORDS)
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url("**/additional-needs")
        page.goto(address)
        expect(page.locator('[name="what_works"]')).to_have_value(WORDS)
        page.get_by_role("button", name="Sign out").first.click()
        page.wait_for_url("**/sign-in**")
        page.go_back()
        page.wait_for_load_state()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        assert WORDS not in page.content()
