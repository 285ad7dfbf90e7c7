"""Fill the referral form with sample answers, for a test client and for a browser."""

from portal.referrals.form.forms import date_parts
from portal.referrals.form.sections import SECTION_ORDER, AnswerValue, Question, Section, section
from tests.factories.answers import SCHOOL, SampleAnswers

READY = {"immediate_risk": "no", "consent_understood": "yes", "enough_context": "yes", "likely_to_engage": "yes"}
"""Answers to the four questions that lead straight to the form."""


def fields_of(asked: Question, value: AnswerValue) -> list[str]:
    """Return what a browser posts under the question's name for `value`: a date as day, month and year."""
    if asked.kind == "date":
        return date_parts(str(value))
    return value if isinstance(value, list) else [value]


def posted(place: Section, answers: SampleAnswers | None = None, version: int = 0) -> dict[str, list[str]]:
    """Return the form of `place` as a browser posts it, with `answers` (the school's sample when None)."""
    given = SCHOOL if answers is None else answers
    fields = {asked.key: fields_of(asked, given.get(asked.key, "")) for asked in place.questions}
    return fields | {"version": [str(version)]}


def start(client) -> str:
    """Answer the four questions and return the reference of the draft they lead to."""
    answer = client.post("/referrals/new", data=READY)
    assert answer.status_code == 303, answer.text
    return answer.location.split("/")[2]


def fill(client, reference: str, answers: SampleAnswers | None = None) -> None:
    """Fill all eight sections of a new draft, one page after the other, as its writer would."""
    for key in SECTION_ORDER:
        answer = client.post(f"/referrals/{reference}/sections/{key}", data=posted(section(key), answers))
        assert answer.status_code == 303, answer.text
