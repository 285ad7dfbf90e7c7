"""The main job without a mouse: signing in, referring, acknowledging, deciding, authorising, reading the outcome."""

from playwright.sync_api import expect

from portal.access.roles import OrganisationKind
from portal.referrals.form.requirements import required_questions
from portal.referrals.form.sections import SECTIONS
from tests.factories.answers import SCHOOL
from tests.factories.people import Person
from tests.journeys import form, mail
from tests.journeys.keyboard import Keyboard
from tests.live import PASSWORD, Portal, browsing, code

REQUIRED = required_questions(OrganisationKind.EDUCATION.value, SCHOOL)
CHILD, LISTED = "Amira Khan", "Amira K."


def test_the_main_job_with_the_keyboard_alone(portal, cast, browser):
    portal.serve()
    portal.start("scheduler", "--interval", "1")
    with browsing(browser, portal) as one, browsing(browser, portal) as two, browsing(browser, portal) as three:
        school, triage, manager = Keyboard(one), Keyboard(two), Keyboard(three)
        _sign_in(school, portal, cast["school"], second_factor=False)
        reference = _refer(school)
        mail.receipt(portal, cast["school"], reference)
        _sign_in(triage, portal, cast["triage"])
        _acknowledge(triage, reference)
        _assess(triage)
        _decide(triage)
        _sign_in(manager, portal, cast["manager"])
        _authorise(manager)
        mail.wait_for(portal, cast["school"], f"KSAF has decided about referral {reference}")
        _read_outcome(school)
    mail.no_names(portal)
    for name, keyboard in (("school", school), ("triage officer", triage), ("manager", manager)):
        print(f"{name}: {keyboard.pressed} keys pressed, {keyboard.typed} letters typed, all {keyboard.reached} seen")


def _sign_in(keyboard: Keyboard, portal: Portal, person: Person, *, second_factor: bool = True) -> None:
    keyboard.page.goto(f"{portal.url}/sign-in")  # typed into the browser's address bar
    keyboard.arrives("Sign in")
    keyboard.fill("email", person.email)
    keyboard.fill("password", PASSWORD)
    keyboard.press("Enter")
    if second_factor:
        keyboard.arrives("Enter your code")
        keyboard.fill("code", code())
        keyboard.follow("Continue")
    keyboard.arrives("Home" if second_factor else person.organisation_name)


def _refer(keyboard: Keyboard) -> str:
    """Refer the family from the first page on; returns the reference of the referral that was sent."""
    keyboard.follow("Refer a child")
    keyboard.arrives("Before you refer a child")
    for key, value in form.FOUR.items():
        keyboard.fill(key, value)
    keyboard.follow("Continue")
    keyboard.arrives("New referral")
    keyboard.follow("1. ")
    for section in SECTIONS:
        keyboard.arrives(section.title)
        for question in section.questions:
            if question.key in REQUIRED and question.key in SCHOOL:
                fill = keyboard.fill_date if question.kind == "date" else keyboard.fill
                fill(question.key, SCHOOL[question.key])
        keyboard.follow("Save and continue")
    keyboard.arrives(CHILD)
    keyboard.follow("Check your answers")
    keyboard.arrives("Check your answers")
    expect(keyboard.page.get_by_text(SCHOOL["attendance_pattern"]).first).to_be_visible()
    keyboard.follow("Send referral to KSAF")
    keyboard.arrives("Referral sent")
    return keyboard.page.url.split("/")[-2]


def _acknowledge(keyboard: Keyboard, reference: str) -> None:
    """Open the row in the queue and acknowledge it there, without losing one's place."""
    keyboard.follow("Open the queue")
    keyboard.arrives("Queue")
    keyboard.follow(LISTED)
    expect(keyboard.page.get_by_text("What it says")).to_be_visible()
    keyboard.follow("Acknowledge")
    expect(keyboard.page.locator(f"#row-{reference} .queue__state")).to_contain_text("Being decided")


def _assess(keyboard: Keyboard) -> None:
    """Find the level of need, from the row that stands open in the queue."""
    keyboard.follow("Decide")
    keyboard.arrives("Decide")
    keyboard.follow("Go to the assessment")
    keyboard.arrives(CHILD)
    keyboard.fill("need", "Mornings are hard; the school’s support helped a little.")
    keyboard.fill("level", "2")
    keyboard.fill("why", "More is needed than everyone gets, and nothing points to harm.")
    keyboard.follow("Save and decide")


def _decide(keyboard: Keyboard) -> None:
    """Propose a decision."""
    keyboard.arrives("Decide")
    keyboard.fill("outcome", "pathway_2")
    keyboard.fill("explanation", "Five weeks of outreach fit what the family asks for.")
    keyboard.fill("next_option", "A case manager will phone within two working days.")
    keyboard.fill("rationale", "Early worry, strong school support, voluntary help likely to be taken up.")
    keyboard.follow("Send to a manager")
    keyboard.arrives(CHILD)


def _authorise(keyboard: Keyboard) -> None:
    """Open the referral from the first page, read what is proposed and authorise it."""
    keyboard.follow(LISTED)
    keyboard.arrives(CHILD)
    keyboard.follow("Authorise the decision")
    keyboard.arrives("Authorise the decision")
    expect(keyboard.page.get_by_text("Early worry")).to_be_visible()
    keyboard.follow("Authorise and tell the referrer")
    keyboard.arrives(CHILD)


def _read_outcome(keyboard: Keyboard) -> None:
    """From where the school was left, to the letter."""
    keyboard.follow("Open the referral")
    keyboard.arrives(CHILD)
    keyboard.follow("Read the outcome")
    keyboard.arrives("Outcome of your referral")
    for words in ("Five weeks of outreach", "A case manager will phone"):
        expect(keyboard.page.get_by_text(words).first).to_be_visible()
    expect(keyboard.page.get_by_text("Early worry")).to_have_count(0)  # KSAF's own record
