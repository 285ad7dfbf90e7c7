"""What would make a referral stronger. It advises and never blocks; its rules are in TOML."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.referrals.form.answer_checks import absence_level, age_warning, percentage
from portal.referrals.form.sections import (
    QUESTIONS,
    SECTIONS,
    Answers,
    is_answered,
    is_asked,
    question,
    section_of,
    words,
)

_RULES: dict[str, Any] = tomllib.loads((QUESTIONS / "quality.toml").read_text(encoding="utf-8"))
_MONTHS = "january february march april june july august september october november december"
_DAYS = "mondays? tuesdays? wednesdays? thursdays? fridays? saturdays? sundays?"
# "May" counts only where it cannot be the verb.
_WHEN = re.compile(
    rf"\d|\b(?:{'|'.join(f'{_MONTHS} {_DAYS}'.split())}|(?:in|since|until|from|last) may)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_JUDGEMENT = re.compile(rf"\b(?:{'|'.join(re.escape(word) for word in _RULES['judgement']['words'])})\b", re.IGNORECASE)
_PLAN_WANTED = (
    "List the attendance meetings and plans with their dates. Missing this much school counts as {level} absence."
)


@dataclass(frozen=True, slots=True)
class Advice:
    """One suggestion; weight 3 matters most to a safe decision, 1 least."""

    section_key: str
    question_key: str
    text: str
    weight: int


def advice(kind: str, answers: Answers, today: date) -> list[Advice]:
    """What would strengthen this referral from an organisation of ``kind`` on the day ``today``, weightiest first."""
    found = [
        *_wanted(kind, answers),
        *_dated(kind, answers),
        *_absence_without_plan(kind, answers),
        *_not_checked(answers),
        *_unlikely_age(answers, today),
        *_short(answers),
        *_judgements(answers),
    ]
    return sorted(found, key=lambda each: -each.weight)


def strength(kind: str, answers: Answers) -> tuple[int, int]:
    """How many of the things worth having are there, and how many there are."""
    wanted = [rule for rule in _RULES["wanted"] if _applies(rule, kind)]
    dated = [rule for rule in _RULES["dated"] if _dating_applies(rule, kind, answers)]
    met = sum(any(is_answered(answers, key) for key in rule["keys"]) for rule in wanted)
    met += sum(_says_when(answers, rule["key"]) for rule in dated)
    return met, len(wanted) + len(dated)


def _applies(rule: dict[str, Any], kind: str) -> bool:
    return "kinds" not in rule or kind in rule["kinds"]


def _dating_applies(rule: dict[str, Any], kind: str, answers: Answers) -> bool:
    return _applies(rule, kind) and is_asked(question(rule["key"]), answers)


def _says_when(answers: Answers, key: str) -> bool:
    return _WHEN.search(words(answers, key)) is not None


def _about(key: str, rule: dict[str, Any]) -> Advice:
    return Advice(section_of(key).key, key, rule["text"], rule["weight"])


def _wanted(kind: str, answers: Answers) -> Iterator[Advice]:
    for rule in _RULES["wanted"]:
        if _applies(rule, kind) and not any(is_answered(answers, key) for key in rule["keys"]):
            yield _about(rule["keys"][0], rule)


def _dated(kind: str, answers: Answers) -> Iterator[Advice]:
    for rule in _RULES["dated"]:
        key = rule["key"]
        answered = is_answered(answers, key) and _dating_applies(rule, kind, answers)
        if answered and not _says_when(answers, key):
            yield _about(key, rule)


def _absence_without_plan(kind: str, answers: Answers) -> Iterator[Advice]:
    percent = percentage(words(answers, "attendance_percent"))
    if kind != "education" or percent is None or is_answered(answers, "meetings_and_plans"):
        return
    if level := absence_level(percent):
        text = _PLAN_WANTED.format(level=level)
        yield Advice("support-attempted", "meetings_and_plans", text, 2)


def _not_checked(answers: Answers) -> Iterator[Advice]:
    if words(answers, "safeguarding_known") == "not_checked":
        text = "Ask your safeguarding lead to check the record. Add what they find when you know."
        yield Advice("safeguarding-and-context", "safeguarding_known", text, 3)


def _unlikely_age(answers: Answers, today: date) -> Iterator[Advice]:
    if doubt := age_warning(answers, today):
        yield Advice(section_of("date_of_birth").key, "date_of_birth", doubt, 3)


def _short(answers: Answers) -> Iterator[Advice]:
    rule = _RULES["short"]
    for key in rule["keys"]:
        text = words(answers, key)
        if text and is_asked(question(key), answers) and len(text.split()) < rule["words"]:
            yield _about(key, rule)


def _judgements(answers: Answers) -> Iterator[Advice]:
    rule = _RULES["judgement"]
    for asked in (asked for each in SECTIONS for asked in each.questions):
        own_words = _QUOTED.sub(" ", words(answers, asked.key)) if asked.kind == "long_text" else ""
        if found := _JUDGEMENT.search(own_words):
            text = rule["text"].format(word=found[0].capitalize())
            yield Advice(section_of(asked.key).key, asked.key, text, rule["weight"])
