"""Filling in the referral form through its pages, from the questions themselves and one family's answers."""

from pathlib import Path

from playwright.sync_api import Page, expect

from portal.referrals.form.sections import SECTIONS, Question, Section
from tests.factories.answers import SCHOOL
from tests.live import Portal

FOUR = {"immediate_risk": "no", "consent_understood": "yes", "enough_context": "yes", "likely_to_engage": "yes"}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
PDF_END = b"trailer<</Root 1 0 R>>\n%%EOF\n"


def answer_four(page: Page, portal: Portal) -> str:
    """Answer the questions before the form, start it, and return the reference it got."""
    page.goto(f"{portal.url}/referrals/new")
    for key, value in FOUR.items():
        page.locator(f'input[name="{key}"][value="{value}"]').check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/tasks")
    return page.url.split("/")[-2]


def fill_section(page: Page, section: Section, answers: dict = SCHOOL) -> None:
    """Fill in one section and save it."""
    for question in section.questions:
        if question.key in answers:
            _fill(page, question, answers[question.key])
    page.get_by_role("button", name="Save and continue").click()


def fill_all(page: Page, portal: Portal, reference: str) -> None:
    """Fill in all eight sections, each from its own page."""
    for section in SECTIONS:
        page.goto(f"{portal.url}/referrals/{reference}/sections/{section.key}")
        expect(page.get_by_role("heading", level=1)).to_have_text(section.title)
        fill_section(page, section)
        expect(page.get_by_role("heading", level=1)).not_to_have_text(section.title)


def attach_two(page: Page, portal: Portal, reference: str, folder: Path) -> None:
    """Attach two files at once."""
    paths = [folder / "attendance summary.pdf", folder / "plan.pdf"]
    for path in paths:
        path.write_bytes(PDF + f"% {path.name}\n".encode() + PDF_END)  # the same file twice would be kept once
    page.goto(f"{portal.url}/referrals/{reference}/attachments")
    page.locator('input[type="file"]').set_input_files(paths)
    page.get_by_role("button", name="Attach files").click()
    for path in paths:
        expect(page.get_by_role("link", name=path.name)).to_be_visible()


def _fill(page: Page, question: Question, answer) -> None:
    fields = page.locator(f'[name="{question.key}"]')
    if question.kind == "date":
        for place, part in enumerate(reversed(str(answer).split("-"))):
            fields.nth(place).fill(part)
    elif question.choices:
        for value in answer if isinstance(answer, list) else [answer]:
            page.locator(f'[name="{question.key}"][value="{value}"]').check()
    else:
        fields.first.fill(str(answer))
