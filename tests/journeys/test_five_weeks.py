"""Five weeks of support as three people live them, to the summary that the school keeps and the closed referral."""

import io
import re
from datetime import datetime, timedelta

import pikepdf
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from portal import db
from portal.triage.models import Outcome
from tests.conftest import MONDAY
from tests.endings.test_pdf import kinds
from tests.factories.cast import World, decided, make_world
from tests.factories.support import agreements
from tests.live import Portal, browsing, sign_in

OURS = "A debt that the family asked us to keep to ourselves"
WEEKS = 5


@pytest.fixture
def kept(portal: Portal) -> tuple[World, str]:
    """A school, KSAF's people, and a family that a manager has accepted for five weeks of support."""
    with portal.database.transaction():
        world = make_world()
        for person in (world.manager, world.practitioner):
            portal.give_password(person, second_factor=True)
        portal.give_password(world.referrer, second_factor=False)
        made = decided(world, Outcome.PATHWAY_2)
        db.session().add_all(agreements(made, world.officer))  # to support, and to telling the school how it goes
        return world, f"/referrals/{made.reference}"


@pytest.mark.timeout(600)  # seconds: six mornings, each with a portal started afresh
def test_from_the_first_monday_to_a_closed_referral(portal, kept, browser):
    world, path = kept
    with _morning(portal, browser, MONDAY) as manager:
        sign_in(manager, portal, world.manager, second_factor=True)
        _allocate(manager, path)
    for number in range(1, WEEKS + 1):
        with _morning(portal, browser, MONDAY + timedelta(weeks=number - 1, days=2)) as ours:
            sign_in(ours, portal, world.practitioner, second_factor=True)
            _post(ours, path, number)
            if number == WEEKS:
                _sum_up(ours, path)
    with _morning(portal, browser, MONDAY + timedelta(weeks=WEEKS - 1, days=3)) as manager:
        sign_in(manager, portal, world.manager, second_factor=True)
        _end(manager, path)
        with browsing(browser, portal) as school:
            sign_in(school, portal, world.referrer, second_factor=False)
            _read(school, portal, path)


def _morning(portal: Portal, browser, at: datetime):
    """A window at the portal, served as of `at`."""
    portal.stop()
    portal.set_clock(at)
    portal.serve()
    return browsing(browser, portal)


def _allocate(page: Page, path: str) -> None:
    page.goto(f"{path}/allocate")
    page.get_by_label("Anika Rao").check()
    page.get_by_label("Jo Pemberton").check()
    page.get_by_label("Monday 23 November 2026").check()
    page.get_by_role("button", name="Allocate the family").click()
    expect(page.get_by_role("heading", name="Name who helps")).to_have_count(0)


def _post(page: Page, path: str, number: int) -> None:
    page.goto(f"{path}/weeks/{number}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Update of week {number}")
    page.locator('[name="engagement"]').first.check()
    page.locator('[name="contacts"]').fill("2")
    page.locator('[name="attendance"]').fill(str(60 + 5 * number))
    page.locator('[name="progress"]').fill(f"Progress of week {number}: mornings are calmer.")
    page.locator('[name="next_steps"]').fill("A visit on Tuesday.")
    page.locator('[name="concern"][value="no"]').check()
    page.locator('[name="note"]').fill(OURS)
    page.get_by_role("button", name="Post the update").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _sum_up(page: Page, path: str) -> None:
    """The draft holds what was posted; a part is kept from the partner; a manager is asked."""
    page.goto(f"{path}/summary")
    expect(page.locator('[name="content_progress"]')).to_have_value(re.compile("week 5"))
    page.locator('[name="content_barriers"]').fill(OURS)
    page.locator('[name="withheld"][value="barriers"]').check()
    for key in ("content_concerns", "content_recommendations", "content_next_steps"):
        page.locator(f'[name="{key}"]').fill("A soft start on Mondays.")
    for key in ("engagement", "progress", "recommendations", "next_steps"):
        page.locator(f'[name="family_{key}"]').fill("You came each week, and mornings are calmer.")
    page.get_by_role("button", name="Send to a manager").click()
    expect(page.get_by_text("Sent to a manager").first).to_be_visible()


def _end(page: Page, path: str) -> None:
    page.goto(f"{path}/close")
    expect(page.get_by_text("is not authorised yet")).to_be_visible()
    page.goto(f"{path}/summary")
    page.get_by_role("button", name="Authorise and tell the referrer").click()
    expect(page.get_by_text("Authorised by").first).to_be_visible()
    page.goto(f"{path}/close")
    page.locator('[name="ending"][value="goals_met"]').check()
    page.locator('[name="told"]').fill("Mornings work now.")
    page.locator('[name="rationale"]').fill("Every goal was reached.")
    page.get_by_role("button", name="Close the referral").click()
    page.wait_for_url(f"**{path}*")


def _read(page: Page, portal: Portal, path: str) -> None:
    """The school reads how it ended, and keeps a summary whose structure says what its looks say."""
    page.goto(path)
    expect(page.get_by_text("Closed").first).to_be_visible()
    page.goto(f"{path}/summary")
    page.get_by_role("link", name="Read and print the summary").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Completion summary")
    for version, heading in (("partner", "Completion summary"), ("family", "Your family’s summary")):
        given = page.request.get(f"{portal.url}{path}/summary/{version}/pdf")
        assert given.headers["content-type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(given.body())) as opened:
            tree = kinds(opened.Root.StructTreeRoot.K)
            assert bool(opened.Root.MarkInfo.Marked)
        assert tree.count("/H1") == 1
        assert tree.count("/H2") >= 3
        words = "\n".join(part.extract_text() for part in PdfReader(io.BytesIO(given.body())).pages)
        assert heading in words
        assert OURS not in " ".join(words.split())
        print(f"{version}: a tagged PDF of {len(given.body()) // 1024} KB, {len(tree)} elements")
