"""A child changes school, and then the old school closes: without JavaScript, on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal.access.roles import OrganisationKind, Role
from portal.consent.models import Position
from portal.web.dates import today
from tests.factories import people, referrals
from tests.live import Portal, browsing, sign_in, width_of
from tests.transfers.conftest import says


@pytest.fixture
def world(portal: Portal) -> dict[str, people.Person]:
    """The old school, the new one, KSAF's officer, its manager and its administrator; each can sign in."""
    with portal.database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        old, new = (people.add_organisation(name=name) for name in ("Larkfield Vale Academy", "Harbour Steps"))
        made = {
            "old": people.add_person(old, Role.REFERRER, "Ruth Adeyemi"),
            "new": people.add_person(new, Role.REFERRER, "Una Field"),
            "officer": people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
            "admin": people.add_person(ksaf, Role.ADMINISTRATOR, "Nadia Frost"),
        }
        people.add_person(ksaf, Role.MANAGER, "Mary Kent")
        for name, person in made.items():
            portal.give_password(person, second_factor=name in ("officer", "admin"))
    return made


def test_a_child_changes_school_and_only_who_should_sees_it(portal, world, browser):
    with portal.database.transaction():
        made = referrals.acknowledged(world["old"], world["officer"])
    portal.serve()
    path = f"{portal.url}/referrals/{made.reference}"
    with (
        browsing(browser, portal, scripts=False, width=375) as ksaf,
        browsing(browser, portal, scripts=False, width=375) as old,
        browsing(browser, portal, scripts=False, width=375) as new,
    ):
        sign_in(ksaf, portal, world["officer"], second_factor=True)
        sign_in(old, portal, world["old"], second_factor=False)
        sign_in(new, portal, world["new"], second_factor=False)
        _record(ksaf, path)
        expect(ksaf.get_by_text("What is missing: the family’s agreement to share with others.")).to_be_visible()
        assert new.goto(path).status == 404
        with portal.database.transaction():
            says(referrals.load_for(world["officer"], made.id), world["officer"], Position.GIVEN)
        ksaf.reload()
        ksaf.get_by_role("button", name="Share with Harbour Steps").click()
        expect(ksaf.get_by_label("Which organisation?")).to_have_value(people_key(portal, world["new"].organisation_id))
        ksaf.get_by_role("button", name="Share referral").click()
        assert new.goto(path).status == 200
        old.goto(f"{path}?tab=people")
        expect(old.get_by_text("Harbour Steps")).to_have_count(0)
        _keep(ksaf, path)
        old.goto(path)
        expect(old.get_by_text("Your access ends on")).to_be_visible()
        ksaf.get_by_text("Change when its access ends").click()
        ksaf.get_by_role("radio", name="Now").check()
        ksaf.get_by_role("button", name="Save").click()
        expect(ksaf.get_by_text("It sees the referral no more")).to_be_visible()
        assert old.goto(path).status == 404


def test_an_organisation_closes_and_its_people_meet_a_clear_page(portal, world, browser):
    with portal.database.transaction():
        made = referrals.acknowledged(world["old"], world["officer"])
        reference, key = made.reference, people.organisation_key(world["old"].organisation_id)
    portal.serve()
    with (
        browsing(browser, portal, scripts=False, width=375) as admin,
        browsing(browser, portal, scripts=False, width=375) as old,
    ):
        sign_in(admin, portal, world["admin"], second_factor=True)
        sign_in(old, portal, world["old"], second_factor=False)
        admin.goto(f"{portal.url}/organisations/{key}")
        admin.get_by_role("link", name="Close it").click()
        expect(admin.get_by_text(reference).first).to_be_visible()
        assert width_of(admin) <= 375
        admin.get_by_label("Why is it closed?").fill("It merged into another school.")
        _day(admin, today())
        admin.get_by_role("button", name="Close Larkfield Vale Academy").click()
        expect(admin.get_by_text("1 open referral stays with KSAF.")).to_be_visible()
        old.goto(f"{portal.url}/referrals/{reference}")
        expect(old.get_by_label("Email address")).to_be_visible()


def _record(page: Page, path: str) -> None:
    page.goto(path)
    page.goto(f"{path}/change-of-school")
    _day(page, today())
    page.get_by_label("Which school do they go to now?").select_option(label="Harbour Steps")
    page.get_by_label("Who said so?").fill("Her mother, on the phone")
    page.get_by_role("button", name="Record the move").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change of school")
    assert width_of(page) <= 375


def _keep(page: Page, path: str) -> None:
    page.goto(f"{path}/school-move")
    page.get_by_label("At the end of a day").check()
    _day(page, today() + timedelta(days=60))
    page.get_by_role("button", name="Set when its access ends").click()


def _day(page: Page, day) -> None:
    for part, typed in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(part, exact=True).fill(str(typed))


def people_key(portal: Portal, organisation_id: int) -> str:
    with portal.database.system_transaction(write=False):
        return people.organisation_key(organisation_id)
