"""A family's limits respected in a transfer, and a refusal that is overridden with everything that has to follow."""

import pytest
from playwright.sync_api import Page, expect

from portal.access.roles import OrganisationKind, Role
from portal.consent.models import Position
from tests.factories import people, referrals
from tests.factories.sharing import CHOSEN
from tests.live import Portal, browsing, sign_in
from tests.transfers.conftest import NOTE, World, moving_on, says

LIMITS = "“Nobody hears about her asthma.”"
DUTIES = (
    "Record why the family refused",
    "Tell the receiving team that consent was refused",
    "Tell the family that it was shared",
)


@pytest.fixture
def world(portal: Portal) -> World:
    """A school, KSAF's officer and manager, and an Early Help team; each can sign in."""
    with portal.database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        team = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")
        made = World(
            people.add_person(people.add_organisation(name="Larkfield Vale Academy"), Role.REFERRER, "Ruth Adeyemi"),
            people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
            people.add_person(ksaf, Role.MANAGER, "Mary Kent"),
            people.add_person(team, Role.REFERRER, "Ewan Field"),
            people.add_person(people.add_organisation(OrganisationKind.HEALTH, "Weir Surgery")),
        )
        for person in (made.officer, made.manager):
            portal.give_password(person, second_factor=True)
        portal.give_password(made.receiver, second_factor=False)
    return made


def test_the_familys_limits_are_respected_in_a_transfer(portal, world, browser):
    with portal.database.transaction():
        made = moving_on(world)
        says(made, world.officer, Position.LIMITED, limits=LIMITS)
        offer = f"/referrals/{made.reference}/onward/offer"
    portal.serve()
    with browsing(browser, portal) as ksaf, browsing(browser, portal, scripts=False, width=375) as team:
        sign_in(ksaf, portal, world.officer, second_factor=True)
        ksaf.goto(f"{portal.url}{offer}")
        expect(ksaf.get_by_text(LIMITS)).to_be_visible()
        ksaf.get_by_label("Estuary Early Help").check()
        ksaf.get_by_label("Covering note").fill(NOTE)
        ksaf.locator('[name="items"][value="presenting_worries"]').check()
        ksaf.locator('[name="items"][value="diagnoses"]').check()
        ksaf.get_by_label("Why this service, and why these answers").fill("Nearest to home.")
        ksaf.get_by_role("button", name="Preview the offer").click()
        summary = ksaf.get_by_role("alert")
        expect(summary).to_contain_text("Enter why these answers are within the family’s limits")
        # The family said no to this one, so it stays out.
        ksaf.locator('[name="items"][value="diagnoses"]').uncheck()
        ksaf.get_by_role("button", name="Preview the offer").click()
        ksaf.get_by_role("button", name="Send the offer").click()
        ksaf.wait_for_url("**/onward")
        sign_in(team, portal, world.receiver, second_factor=False)
        team.goto(f"{portal.url}/transfers")
        team.get_by_role("link", name=made.reference).click()
        expect(team.get_by_text(NOTE)).to_be_visible()
        expect(team.get_by_text("Diagnoses and medical conditions")).to_have_count(0)


def test_a_refusal_is_overridden_with_a_manager_and_every_prompt_that_follows(portal, world, browser):
    with portal.database.transaction():
        made = referrals.acknowledged(world.referrer, world.officer)
        says(made, world.officer, Position.REFUSED)
        reference = made.reference
    portal.serve()
    path = f"{portal.url}/referrals/{reference}"
    with (
        browsing(browser, portal) as ksaf,
        browsing(browser, portal) as manager,
        browsing(browser, portal, scripts=False, width=375) as team,
    ):
        sign_in(ksaf, portal, world.officer, second_factor=True)
        sign_in(manager, portal, world.manager, second_factor=True)
        sign_in(team, portal, world.receiver, second_factor=False)
        _decide(ksaf, path)
        assert team.goto(path).status == 404
        _authorise(manager, portal)
        team.goto(path)
        expect(team.get_by_text("The family refused consent.")).to_be_visible()
        expect(team.get_by_text("The family has not been told that you see this.")).to_be_visible()
        _follow(ksaf, portal, path)
        team.goto(path)
        expect(team.get_by_text("The family has not been told")).to_have_count(0)


def _decide(page: Page, path: str) -> None:
    page.goto(f"{path}/share")
    page.get_by_role("link", name="sharing without consent").click()
    page.get_by_role("button", name="Decide to share without consent").click()
    page.get_by_label("With which organisation?").select_option(label="Estuary Early Help")
    page.locator('[name="reason"][value="refused_but_needed"]').check()
    page.get_by_label("Why is it necessary?").fill("She was hit on Sunday.")
    for name, value in (*CHOSEN.items(), ("scope", "all"), ("parts", "safeguarding"), ("family_told", "no")):
        page.locator(f'[name="{name}"][value="{value}"]').check()
    page.get_by_label("Why does it need the safeguarding detail?").fill("It leads the plan.")
    page.get_by_label("Why not?").fill("He may take her away.")
    for part, typed in (("Day", "30"), ("Month", "11"), ("Year", "2026")):
        page.get_by_label(part, exact=True).fill(typed)
    page.get_by_role("button", name="Send to a manager").click()
    expect(page.get_by_text("It waits for a manager.")).to_be_visible()


def _authorise(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/")
    page.get_by_role("link", name="A decision to share without consent waits for a manager").click()
    page.get_by_role("link", name="Estuary Early Help").click()
    page.get_by_role("button", name="Authorise the sharing").click()
    expect(page.get_by_text("Estuary Early Help can see it now.")).to_be_visible()


def _follow(page: Page, portal: Portal, path: str) -> None:
    """Close each of the three with what was done, from what waits on the first page."""
    page.goto(f"{portal.url}/")
    for waits in DUTIES[:2]:
        expect(page.get_by_role("link", name=waits)).to_be_visible()
    page.goto(f"{path}/sharing")
    page.get_by_role("link", name="Estuary Early Help").click()
    for duty in DUTIES:
        card = page.get_by_role("region", name=duty)
        if duty == DUTIES[2]:
            card.get_by_label("Yes").check()
        card.get_by_role("textbox").first.fill(f"Done: {duty}")
        card.get_by_role("button", name="Record this").click()
        expect(page.get_by_role("definition").filter(has_text=f"Done: {duty}")).to_be_visible()
    page.goto(f"{portal.url}/")
    for waits in DUTIES[:2]:
        expect(page.get_by_role("link", name=waits)).to_have_count(0)
