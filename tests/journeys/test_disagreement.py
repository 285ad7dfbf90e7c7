"""Nobody answers a challenge: the school is prompted, takes it further itself, and safeguarding leads settle it."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.disagreements.models import Disagreement
from portal.disagreements.rules import DisagreementState, Outcome, Turn
from portal.tenancy import as_system
from portal.timescales.models import Prompt
from tests.disagreements.conftest import refuse
from tests.factories import people, referrals
from tests.journeys import mail
from tests.live import Portal, browsing, select_wait, sign_in, width_of

NARROW = 320
UNANSWERED = datetime(2026, 11, 25, 17, 5, tzinfo=UTC)  # challenged on Monday: two working days end on Wednesday, 5pm


@pytest.fixture
def world(portal: Portal) -> dict[str, people.Person]:
    """A school whose referral KSAF has refused, its safeguarding lead, and KSAF's officer, manager and lead."""
    with portal.database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        school = people.add_organisation(name="Larkfield Vale Academy")
        made = {
            "school": people.add_person(school, Role.REFERRER, "Ruth Adeyemi"),
            "officer": people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
            "manager": people.add_person(ksaf, Role.MANAGER, "Mary Kent"),
            "lead": people.add_person(ksaf, Role.SAFEGUARDING_TEAM, "Colm Daly"),
        }
        for person in made.values():
            portal.give_password(person, second_factor=person is not made["school"])
        refuse(referrals.acknowledged(made["school"], made["officer"]), made["officer"], made["manager"])
    return made


def test_an_unanswered_challenge_is_taken_further_by_a_person_and_resolved_at_stage_two(portal, world, browser):
    portal.serve()
    with browsing(browser, portal, scripts=False, width=NARROW) as school:
        sign_in(school, portal, world["school"], second_factor=False)
        _challenge(school, portal)
    assert _standing(portal) == (0, Turn.ANSWERER, DisagreementState.OPEN)
    portal.stop()
    portal.set_clock(UNANSWERED)
    portal.start("scheduler", "--interval", "1")
    _wait_for_prompt(portal, world["school"])
    assert _standing(portal) == (0, Turn.ANSWERER, DisagreementState.OPEN)  # prompted, not moved
    portal.serve()
    with browsing(browser, portal) as school:
        sign_in(school, portal, world["school"], second_factor=False)
        _go_further_from_prompt(school, portal)
    with browsing(browser, portal) as manager:
        sign_in(manager, portal, world["manager"], second_factor=True)
        _answer(manager, portal, "A decision is challenged: answer it", "The decision stands")
    with browsing(browser, portal) as school:
        sign_in(school, portal, world["school"], second_factor=False)
        _open_waiting(school, portal, "say if that resolves it")
        _take_further(school)
    with browsing(browser, portal) as lead:
        sign_in(lead, portal, world["lead"], second_factor=True)
        lead.goto(f"{portal.url}/disagreements")
        lead.get_by_role("link", name="That KSAF did not accept the referral").click()
        _write_answer(lead, "The decision is changed", exact=True)
    with browsing(browser, portal) as school:
        sign_in(school, portal, world["school"], second_factor=False)
        _open_waiting(school, portal, "say if that resolves it")
        school.get_by_role("button", name="Record how it was resolved").click()
        school.get_by_label("The decision was changed", exact=True).check()
        school.get_by_label("What was agreed?").fill("KSAF takes the family on from Monday.")
        school.get_by_role("button", name="Record it").click()
        expect(school.get_by_text("The disagreement has ended.")).to_be_visible()
    with portal.database.transaction(write=False) as session, as_system(session):
        row = session.scalars(select(Disagreement)).one()
        assert (row.stage, row.outcome) == (2, Outcome.CHANGED)
    mail.no_names(portal)


def _challenge(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/referrals")
    page.get_by_role("link", name="Amira K").first.click()
    page.get_by_role("button", name="Read the outcome").click()
    page.get_by_role("link", name="Challenge this decision").click()
    assert width_of(page) <= NARROW
    expect(page.get_by_text("The child’s safety does not wait for this")).to_be_visible()
    expect(page.get_by_label("That KSAF did not accept the referral")).to_be_checked()
    page.get_by_label("Why do you disagree?").fill("Home is not safe enough to wait.")
    page.get_by_label("What should happen instead?").fill("That KSAF takes the family on.")
    page.get_by_role("button", name="Send the challenge").click()
    expect(page.get_by_text("It waits for an answer from KSAF at stage 0")).to_be_visible()
    assert width_of(page) <= NARROW


def _go_further_from_prompt(page: Page, portal: Portal) -> None:
    page.goto(portal.url)
    page.get_by_role("link", name="A disagreement is unanswered: you can take it further").click()
    expect(page.get_by_text("Whether it goes to the next stage is yours to decide", exact=False)).to_be_visible()
    page.get_by_role("link", name="Open disagreement").click()
    _take_further(page)


def _take_further(page: Page) -> None:
    page.get_by_role("link", name="Take it to the next stage").or_(
        page.get_by_role("button", name="Take it to the next stage")
    ).first.click()
    page.get_by_label("Why does it have to go further?").fill("Nobody has answered what we asked.")
    page.get_by_role("button", name="Take it to the next stage").click()
    expect(page.get_by_text("Taken to the next stage.")).to_be_visible()


def _open_waiting(page: Page, portal: Portal, title: str) -> None:
    page.goto(portal.url)
    page.get_by_role("link", name=title).click()


def _answer(page: Page, portal: Portal, title: str, stance: str) -> None:
    _open_waiting(page, portal, title)
    _write_answer(page, stance)


def _write_answer(page: Page, stance: str, *, exact: bool = False) -> None:
    page.get_by_role("button", name="Answer the disagreement").click()
    page.get_by_label(stance, exact=exact).check()
    page.get_by_label("Your answer").fill("We looked at it again with the team.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Sent. The other side has been told.")).to_be_visible()


def _standing(portal: Portal) -> tuple[int, Turn, DisagreementState]:
    with portal.database.transaction(write=False) as session, as_system(session):
        row = session.scalars(select(Disagreement)).one()
        return row.stage, row.turn, row.state


def _wait_for_prompt(portal: Portal, person: people.Person) -> None:
    """Wait for the scheduler to tell the school that it may go further."""
    for _ in range(600):
        with portal.database.transaction(write=False) as session, as_system(session):
            wanted = select(Prompt).where(
                Prompt.kind == "disagreement_first_over:due", Prompt.user_id == person.user_id
            )
            if session.scalars(wanted).first():
                return
        select_wait(0.1)
    raise AssertionError((portal.folder / "scheduler.log").read_text()[-2000:])
