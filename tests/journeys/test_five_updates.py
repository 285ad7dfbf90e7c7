"""Five families, five updates, by keyboard alone; the school's open page changes by itself, its answer comes back."""

import secrets
import time

import pytest
from playwright.sync_api import Page, Request, expect
from sqlmodel import select

from portal import clock, db
from portal.cases.models import CaseGoal, CaseWeek
from portal.referrals.models import Referral
from tests.cases.conftest import in_support
from tests.factories.cast import World, make_world
from tests.factories.support import agreements
from tests.journeys.keyboard import Keyboard
from tests.live import Portal, browsing, sign_in

FAMILIES = 5
MOST_KEYS = 25  # an update may take, besides its words
GOAL = "I walk in by myself"
PROGRESS = "Two visits; bag by the door."
NEXT = "A visit on Tuesday."
ANSWER = "She came in smiling on Wednesday."


@pytest.fixture
def kept(portal: Portal) -> tuple[World, list[str]]:
    """KSAF's people, a school, and five families of one practitioner in their first week, each with a goal."""
    with portal.database.transaction():
        world = make_world()
        portal.give_password(world.practitioner, second_factor=True)
        portal.give_password(world.referrer, second_factor=False)
        return world, [_family(world, number) for number in range(FAMILIES)]


def _family(world: World, number: int) -> str:
    referral, case = in_support(world)
    referral.child_given_name = f"Child{number}"
    hangs = {"organisation_id": referral.organisation_id, "referral_id": referral.id, "case_id": case.id}
    goal = CaseGoal(**hangs, key=secrets.token_urlsafe(12), words=GOAL, baseline=3, added_at=clock.now())
    db.session().add_all([goal, *agreements(referral, world.practitioner)])
    db.session().flush()
    return referral.reference


@pytest.mark.timeout(900)  # every key is sent to the browser by itself: slow where others use the machine too
def test_five_updates_by_keyboard_alone(portal, kept, browser):
    world, references = kept
    portal.serve()
    with browsing(browser, portal) as ours, browsing(browser, portal) as school:
        sign_in(school, portal, world.referrer, second_factor=False)
        sign_in(ours, portal, world.practitioner, second_factor=True)
        ours.goto(f"{portal.url}/this-week")
        expect(ours.get_by_role("heading", name="5 updates left this week")).to_be_visible()
        keys, requests = Keyboard(ours), _counted(ours)
        keys.to("Child")
        school.goto(f"{portal.url}/referrals/{_reference_in_focus(ours)}/support")
        expect(school.get_by_text("KSAF has not posted an update yet")).to_be_visible()
        began = time.monotonic()
        keys.press("Enter")
        for number in range(FAMILIES):
            _post(keys, left=FAMILIES - number - 1)
            if number == 0:
                expect(school.get_by_text(PROGRESS)).to_be_visible()  # by itself
        took = time.monotonic() - began
        expect(ours.get_by_role("heading", name="Nothing is left to do this week")).to_be_visible()
        words = len(PROGRESS + NEXT) * FAMILIES
        strokes = keys.pressed + keys.typed
        assert strokes - words <= MOST_KEYS * FAMILIES
        print(
            f"five updates: {strokes} keystrokes, {words} of them words,"
            f" {len(requests)} requests to the portal, {took:.0f} s of machine time"
        )
        _reply(school, ours, portal)
    assert all(_posted(portal, reference) for reference in references)


def _post(keys: Keyboard, left: int) -> None:
    """Write and post the update that is open, and wait for what comes next."""
    page = keys.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Update of week 1")
    keys.fill("engagement", "full")
    keys.fill("contacts", "2")
    keys.fill("attendance", "90")
    keys.press("Tab")
    keys.type("5")  # the goal's score
    keys.fill("progress", PROGRESS)
    keys.fill("next_steps", NEXT)
    keys.fill("concern", "no")
    expect(page.locator("#preview ~ div").get_by_text(PROGRESS)).to_be_visible()  # what the school will read
    keys.follow("Post the update")
    expect(page.get_by_role("alert")).to_contain_text(
        f"{left} update{'s' if left > 1 else ''} left this week" if left else "Nothing is left to do this week"
    )


def _reply(school: Page, ours: Page, portal: Portal) -> None:
    """The school marks the update as read and answers; the practitioner's open page shows the answer by itself."""
    support = school.url
    ours.goto(support.removesuffix("/support"))
    school.get_by_role("button", name="Mark week 1 as read").click()
    expect(school.get_by_text("Read by Helen Marsh")).to_be_visible()
    school.get_by_role("link", name="Reply to KSAF").first.click()
    school.get_by_label("Your message").fill(ANSWER)
    school.get_by_role("button", name="Send message").click()
    expect(ours.get_by_text(ANSWER)).to_be_visible()  # by itself


def _counted(page: Page) -> list[str]:
    """Collect the requests a page makes to the portal, without what a browser keeps: styles, scripts, fonts."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "/static/" not in request.url:
            found.append(request.url)

    page.on("request", note)
    return found


def _reference_in_focus(page: Page) -> str:
    return page.evaluate("document.activeElement.href").split("/referrals/")[1].split("/")[0]


def _posted(portal: Portal, reference: str) -> bool:
    with portal.database.system_transaction(write=False) as session:
        wanted = select(CaseWeek).join(Referral, Referral.id == CaseWeek.referral_id)
        week = session.scalars(wanted.where(Referral.reference == reference, CaseWeek.number == 1)).one()
        return week.posted_at is not None and not week.is_late
