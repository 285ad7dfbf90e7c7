"""A parent asks about their data from the consent link, and complains; KSAF hands the copy over within the month."""

import io

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.rules import Kind
from portal.family import links
from portal.family.links import Wanted
from portal.family.models import ForWhom, Way
from portal.timescales.models import Deadline, DeadlineState
from tests.factories import people, referrals
from tests.journeys import mail
from tests.live import Portal, browsing, sign_in, width_of

NARROW = 320
PASSAGE = "Last name"


@pytest.fixture
def world(portal: Portal) -> dict[str, people.Person]:
    """A school, and KSAF's officer and manager."""
    with portal.database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        school = people.add_organisation(name="Larkfield Vale Academy")
        made = {
            "school": people.add_person(school, Role.REFERRER, "Ruth Adeyemi"),
            "officer": people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
            "manager": people.add_person(ksaf, Role.MANAGER, "Mary Kent"),
        }
        portal.give_password(made["manager"], second_factor=True)
    return made


def test_a_copy_is_asked_for_and_handed_over_and_a_complaint_acknowledged(portal, world, browser):
    path = _link(portal, world)
    portal.serve()
    portal.start("scheduler", "--interval", "1")
    with (
        browsing(browser, portal) as ksaf,
        browsing(browser, portal, scripts=False, width=NARROW) as parent,
    ):
        _asks(parent, f"{portal.url}{path}", "I want to see what you hold", "Everything since September")
        _asks(parent, f"{portal.url}{path}", "I want to complain about how you used it", "A message was left")
        sign_in(ksaf, portal, world["manager"], second_factor=True)
        copy, complaint = _references(portal)
        _hand_over(ksaf, portal, copy)
        _acknowledge(ksaf, portal, complaint)
    assert _states(portal, copy) == {"data_request": DeadlineState.MET}
    assert _states(portal, complaint) == {
        "data_complaint": DeadlineState.MET,
        "data_complaint_outcome": DeadlineState.RUNNING,
    }
    mail.wait_for(portal, world["manager"], "Somebody asks about their data")
    mail.no_names(portal)


def _link(portal: Portal, world: dict[str, people.Person]) -> str:
    """Return the address of a link on paper to the family of a referral that KSAF has."""
    with portal.database.transaction():
        made = referrals.acknowledged(world["school"], world["officer"])
        row = links.make(world["officer"].actor, made, Wanted(ForWhom.PARENT, Way.PAPER))
        return links.path_of(row) or ""


def _asks(page: Page, link: str, what: str, words: str) -> None:
    page.goto(link)
    if page.get_by_role("heading", level=1).inner_text() == "A quick check first":
        for label, value in (("Day", "4"), ("Month", "5"), ("Year", "2013")):
            page.get_by_label(label).fill(value)
        page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Ask about your data").click()
    expect(page.get_by_role("button", name="Send to KSAF")).to_be_visible()
    assert width_of(page) <= NARROW
    page.get_by_role("button", name="Send to KSAF").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one")
    page.get_by_label(what).check()
    page.get_by_label("Tell us more").fill(words)
    page.get_by_label("Your name").fill("Sana Khan")
    page.get_by_label("How can we reach you?").fill("07700 900123")
    page.get_by_role("button", name="Send to KSAF").click()
    expect(page.get_by_text("KSAF has it.")).to_be_visible()


def _references(portal: Portal) -> tuple[str, str]:
    with portal.database.system_transaction(write=False) as session:
        found = {row.kind: row.reference for row in session.scalars(select(DataRequest))}
    return found[Kind.ACCESS], found[Kind.COMPLAINT]


def _hand_over(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/data-requests")
    page.get_by_role("link", name="A copy of what KSAF holds").click()
    page.get_by_role("link", name="Record how you know who asks").click()
    page.get_by_label("What came, or how do you know?").fill("Called the number in the referral")
    page.get_by_role("button", name="Record it").click()
    page.get_by_role("button", name="Prepare the copy").click()
    page.get_by_label("Withhold them").check()
    page.get_by_label("Why?").fill("The safeguarding lead was asked")
    page.get_by_role("button", name="Prepare the copy").click()
    expect(page.get_by_text("to be read", exact=True)).to_be_visible()
    page.get_by_label(f"Leave this out: {PASSAGE}").check()
    page.get_by_role("button", name="I have read it: it can be given").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download as PDF").click()
    reader = PdfReader(io.BytesIO(started.value.path().read_bytes()))
    text = "\n".join(each.extract_text() for each in reader.pages)
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert "[Withheld: about other people]" in text
    page.get_by_role("link", name="Answer the request").click()
    page.get_by_label("Done in part").check()
    page.get_by_label("Why?").fill("What is about others is left out.")
    page.get_by_label("How were they told").fill("By hand, at the office, to Ms Khan")
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text("Nothing more is due on this request.")).to_be_visible()
    assert reference in page.url


def _acknowledge(page: Page, portal: Portal, reference: str) -> None:
    page.goto(f"{portal.url}/data-requests/{reference}")
    page.get_by_role("link", name="Record the acknowledgement").click()
    page.get_by_label("What did you tell them, and how?").fill("Called back, said sorry")
    page.get_by_role("button", name="Record that they were told").click()
    expect(page.get_by_text("Recorded: they know that KSAF has it.")).to_be_visible()


def _states(portal: Portal, reference: str) -> dict[str, DeadlineState]:
    with portal.database.system_transaction(write=False) as session:
        owed = session.scalars(select(Deadline).where(Deadline.reference == reference)).all()
        return {row.kind: row.state for row in owed}
