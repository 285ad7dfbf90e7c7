"""The referral form as data: its sections and questions, read once from ``questions/*.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from portal.referrals.form.parts import Part

Kind = Literal["text", "long_text", "date", "choice", "choices", "phone", "email", "percent"]
# Dates are kept as ISO 8601 (2026-11-22), percentages as typed, several choices as a list.
AnswerValue = str | list[str]
Answers = Mapping[str, AnswerValue]

QUESTIONS = Path(__file__).parent / "questions"
SECTION_ORDER = (
    "child-and-family",
    "attendance",
    "reason",
    "safeguarding-and-context",
    "strengths",
    "additional-needs",
    "support-attempted",
    "consent-and-contact",
)
EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose; an exclusive one ("None known") cannot be ticked beside another."""

    value: str
    label: str
    hint: str = ""
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """Ask a question only when another one has one of these values."""

    question: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with everything a page needs to ask it and a rule needs to judge it."""

    key: str
    label: str
    kind: Kind
    hint: str = ""
    guidance: str = ""
    """What makes a good answer, in a sentence or two."""
    example: str = ""
    """An invented answer that shows it."""
    choices: tuple[Choice, ...] = ()
    rows: int = 5
    """Height of a long text, in lines."""
    width: int | None = None
    """Width of a short field in characters (2, 3, 4, 5, 10, 20 or 30); None is the full width."""
    autocomplete: str = ""
    """HTML autocomplete token, where the answer is about the person typing."""
    sensitive: bool = False
    """Safeguarding detail: shown only to those who need to know."""
    condition: Condition | None = None
    part: Part | None = None
    """What it belongs to that is shown on a need to know; a section that is such a part lends it to its questions."""
    heading: str = ""
    """Begins a group of questions on a long page."""
    required_for: frozenset[str] = frozenset()
    """Kinds of referring organisation that must answer, or "everyone"."""
    minimum: bool = False
    """Needed even when a child may be at risk and nothing else can wait."""
    missing: str = ""
    """What to tell someone who left it out."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the form; its key is also its place in the address."""

    key: str
    number: int
    title: str
    purpose: str
    questions: tuple[Question, ...]
    part: Part | None = None


def is_answered(answers: Answers, key: str) -> bool:
    """Whether there is more than white space in the answer to ``key``."""
    return any(value.strip() for value in chosen(answers, key))


def chosen(answers: Answers, key: str) -> list[str]:
    """The answer to ``key`` as a list, whether it holds one value, several or none."""
    value = answers.get(key, [])
    return [value] if isinstance(value, str) else list(value)


def words(answers: Answers, key: str) -> str:
    """The text answered to ``key`` without white space around it; empty when unanswered."""
    return " ".join(chosen(answers, key)).strip()


def is_asked(asked: Question, answers: Answers) -> bool:
    """Whether ``asked`` belongs on the page, given the answers its condition depends on."""
    if asked.condition is None:
        return True
    parent = question(asked.condition.question)
    given = chosen(answers, parent.key)
    return is_asked(parent, answers) and not asked.condition.values.isdisjoint(given)


def read_question(table: Mapping[str, Any]) -> Question:
    """Turn one TOML table into a question; raises TypeError for a field it does not know."""
    fields = dict(table)
    fields["choices"] = tuple(Choice(**choice) for choice in fields.get("choices", ()))
    fields["required_for"] = frozenset(fields.get("required_for", ()))
    if condition := fields.get("condition"):
        values = frozenset(condition["values"])
        fields["condition"] = Condition(condition["question"], values)
    if part := fields.get("part"):
        fields["part"] = Part(part)
    return Question(**fields)


def _read_section(number: int, key: str) -> Section:
    table = tomllib.loads((QUESTIONS / f"{key}.toml").read_text(encoding="utf-8"))
    part = Part(table["part"]) if "part" in table else None
    read = (read_question(each) for each in table["question"])
    questions = tuple(each if each.part else replace(each, part=part) for each in read)
    return Section(key, number, table["title"], table["purpose"], questions, part)


SECTIONS = tuple(_read_section(number, key) for number, key in enumerate(SECTION_ORDER, start=1))


@cache
def section(key: str) -> Section:
    """The section at ``key``; raises KeyError when there is none."""
    return {each.key: each for each in SECTIONS}[key]


@cache
def question(key: str) -> Question:
    """The question called ``key``, whichever section it is in; raises KeyError if there is none."""
    return {asked.key: asked for each in SECTIONS for asked in each.questions}[key]


@cache
def section_of(key: str) -> Section:
    """The section that asks the question called ``key``; raises KeyError if there is none."""
    return {asked.key: each for each in SECTIONS for asked in each.questions}[key]
