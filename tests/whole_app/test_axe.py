"""Every page, as each kind of person, in a real browser: axe objects to nothing, and all of it fits a narrow window."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from portal import clock
from portal.referrals.rules import State
from tests import conftest as shared
from tests.live import Portal, Sink, browsing
from tests.whole_app.cases import OWN, subjects
from tests.whole_app.crawl import ONE_ENGINE, is_page
from tests.whole_app.visitors import SIGNED_OUT, Visitor, Visitors

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400), ONE_ENGINE]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# Each page is looked at as the first of these who may open it; the ones that differ by reader, as all of them.
PEOPLE = ("referrer", "triage_officer", "manager", "administrator", "councillor", SIGNED_OUT)
DIFFER = {"/", "/account", "/people", "/referrals/<reference:reference>", "/timescales"}
NARROW = 320
STICKING_OUT = """() => document.documentElement.scrollWidth <= 320 ? "" : [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > 320 && !each.children.length)
  .map((each) => `${each.tagName}.${each.className} "${each.textContent.slice(0, 40)}"`).slice(0, 4).join(", ")"""
OFF_THE_WINDOW = """() => [...document.querySelectorAll("details[data-menu]")].filter((menu) => {
  menu.open = true;
  const box = menu.querySelector(".menu__list").getBoundingClientRect();
  menu.open = false;
  return box.left < 0 || box.right > innerWidth;
}).map((menu) => menu.querySelector("summary").textContent.trim()).join(", ")"""
FORMS = (
    "/sign-in",
    "/referrals/new",
    "{acknowledged}/ask",
    "{acknowledged}/decide",
    "{sent}/update",
    "{sent}/withdraw",
)


@pytest.fixture(scope="module")
def live(own_visitors, tmp_path_factory) -> Iterator[tuple[Portal, Visitors]]:
    """The world, served by a process of its own; people are signed in by their cookies."""
    sink = Sink()
    portal = Portal(own_visitors.database, sink, tmp_path_factory.mktemp("axe"), shared.KEYS[0], shared.MONDAY)
    portal.set_clock(shared.MONDAY)
    portal.serve()
    yield portal, own_visitors
    clock.set_to(None)
    portal.stop()
    sink.stop()


@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_is_accessible(live, browser, name):
    portal, visitors = live
    wrong, seen = [], 0
    with browsing(browser, portal) as page:
        _become(page, portal, visitors.all[name])
        for address in [*_pages(visitors, name), "/nowhere"]:
            page.goto(portal.url + address)
            wrong += [f"{address}: {problem}" for problem in _problems(page)]
            seen += 1
    print(f"{name}: {seen} pages, {len(wrong)} problems")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("form", FORMS)
def test_a_refused_form_is_accessible(live, browser, form):
    portal, visitors = live
    references = visitors.world.school.references
    address = form.format(
        sent=f"/referrals/{references[State.SENT]}", acknowledged=f"/referrals/{references[State.ACKNOWLEDGED]}"
    )
    name = SIGNED_OUT if form == "/sign-in" else "triage_officer" if "acknowledged" in form else "referrer"
    with browsing(browser, portal) as page:
        _become(page, portal, visitors.all[name])
        page.goto(portal.url + address)
        # A button that only fills in suggested wording refuses nothing.
        page.locator("main form[method=post] button[type=submit]:not([value=draft])").first.click()
        page.locator(".govuk-error-summary").wait_for()
        assert page.title().startswith("Error: ")
        assert _problems(page) == []


def _become(page: Page, portal: Portal, visitor: Visitor) -> None:
    if visitor.cookie:
        name, _, value = visitor.cookie.partition("=")
        page.context.add_cookies([{"name": name, "value": value, "url": portal.url}])


def _pages(visitors: Visitors, name: str) -> list[str]:
    """The addresses that `name` is the first of PEOPLE to be allowed to open."""
    found = []
    for subject in subjects(visitors, {"GET"}):
        first = next((each for each in PEOPLE if _may_open(visitors, subject, each)), None)
        if first == name or (subject.rule in DIFFER and _may_open(visitors, subject, name)):
            found.append(subject.addresses(visitors.all[name])[OWN])
    return [address for address in found if is_page(visitors.ask(name, "GET", address))]


def _may_open(visitors: Visitors, subject, name: str) -> bool:
    who = subject.declared.who
    allowed = name in who or (who == {"public"} and name == SIGNED_OUT) or (who == {"signed in"} and name != SIGNED_OUT)
    return allowed and OWN in subject.addresses(visitors.all[name])


def _problems(page: Page) -> list[str]:
    """Return what axe and a narrow window object to on the page that is open."""
    wrong = []
    for violation in Axe().run(page, options=RULES).response["violations"]:
        # GOV.UK Frontend puts aria-expanded on a radio that reveals more, on purpose: alphagov/govuk-frontend#979.
        nodes = [node for node in violation["nodes"] if "aria-expanded" not in node.get("failureSummary", "")]
        if not nodes:
            continue
        where = nodes[0]
        wrong.append(f"{violation['id']} at {where['target']}: {where.get('failureSummary', '')}"[:300])
    for width in (NARROW, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if opens_outside := page.evaluate(OFF_THE_WINDOW):
            wrong.append(f"opens off a window of {width} px: {opens_outside}")
        if width == NARROW and (sticking_out := page.evaluate(STICKING_OUT)):
            wrong.append(f"is wider than 320 px: {sticking_out}")
    return wrong
