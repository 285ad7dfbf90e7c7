"""A referral as somebody who decides about it reads it: what matters first, all of it below, and what is missing."""

from typing import Any

from portal.referrals.form import answer_words, requirements
from portal.referrals.form.sections import Answers, Question, is_asked, question

# What triage weighs first: safety, the worry, attendance, what was tried, what the family and the child want.
FIRST = (
    "child_safe_now",
    "presenting_worries",
    "attendance_percent",
    "safeguarding_known",
    "service_leading",
    "support_tried",
    "desired_outcomes",
    "parents_views",
    "child_voice",
    "pathway_wished",
)


def first_rows(answers: Answers) -> list[dict[str, str]]:
    """Return what triage weighs first, as rows of a summary list; unanswered questions stay visible as such."""
    asked = [question(key) for key in FIRST]
    return [
        {"key": each.label, "value": answer_words.in_words(each, answers)} for each in asked if is_asked(each, answers)
    ]


def sections(answers: Answers) -> list[dict[str, Any]]:
    """Return each section that has answers, with its title and the answered questions as rows."""
    read = [
        {
            "title": section.title,
            "rows": [{"key": line.question.label, "value": line.answer} for line in lines if line.answer],
        }
        for section, lines in answer_words.all_lines(answers)
    ]
    return [section for section in read if section["rows"]]


def gaps(kind: str, answers: Answers) -> list[Question]:
    """Return what an organisation of `kind` still owes an answer to."""
    return requirements.owed_after_sending(kind, answers)


def as_question(asked: Question) -> str:
    """Return a question of the form as a sentence to send to the referrer."""
    return asked.label if asked.label.endswith("?") else f"Tell us: {asked.label[0].lower()}{asked.label[1:]}."
