"""The answers as people read them back: section by section, in words, each with the way to change it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from portal.referrals.form.parts import Part
from portal.referrals.form.sections import (
    SECTIONS,
    Answers,
    Question,
    Section,
    chosen,
    is_answered,
    is_asked,
    section_of,
)
from portal.web.dates import date_only


@dataclass(frozen=True)
class AnswerLine:
    """One question with its answer in words (empty when there is none) and its anchor on the section's page."""

    question: Question
    answer: str
    anchor: str


def in_words(asked: Question, answers: Answers) -> str:
    """Return the answer to `asked` as a person would say it: labels of choices, dates in full."""
    given = [each.strip() for each in chosen(answers, asked.key) if each.strip()]
    if asked.choices:
        labels = {choice.value: choice.label for choice in asked.choices}
        return "\n".join(labels.get(value, value) for value in given)
    text = " ".join(given)
    if asked.kind == "date":
        return _date_in_words(text)
    return f"{text.rstrip('% ')}%" if asked.kind == "percent" and text else text


def lines(section: Section, answers: Answers, without: Collection[Part] = ()) -> list[AnswerLine]:
    """Return the questions of `section` that these answers lead to, answered or not, `without` those of some parts."""
    asked = (each for each in section.questions if each.part not in without and is_asked(each, answers))
    return [
        AnswerLine(each, in_words(each, answers) if is_answered(answers, each.key) else "", anchor(each))
        for each in asked
    ]


def all_lines(answers: Answers, without: Collection[Part] = ()) -> list[tuple[Section, list[AnswerLine]]]:
    """Return every section with its lines, in the order of the form, `without` the questions of some parts."""
    return [(each, lines(each, answers, without)) for each in SECTIONS]


def anchor(asked: Question) -> str:
    """Return the id of the first input of `asked` on its section's page."""
    return f"{asked.key}-day" if asked.kind == "date" else asked.key


def address(reference: str, asked: Question) -> str:
    """Return the address of the very question `asked` in the draft `reference`."""
    return f"/referrals/{reference}/sections/{section_of(asked.key).key}#{anchor(asked)}"


def _date_in_words(text: str) -> str:
    try:
        return date_only(dt.date.fromisoformat(text))
    except ValueError:
        return text
