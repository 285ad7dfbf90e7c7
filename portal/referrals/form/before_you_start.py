"""The four questions before the form, and what each set of answers leads to."""

import tomllib
from dataclasses import dataclass
from typing import Literal

from portal.referrals.form.sections import QUESTIONS as FOLDER
from portal.referrals.form.sections import Answers, Question, read_question, words

OutcomeKey = Literal["stop_immediate_risk", "proceed", "signpost_or_protection", "discuss_first", "signpost_only"]

_TABLE = tomllib.loads((FOLDER / "before-you-start.toml").read_text(encoding="utf-8"))
QUESTIONS: tuple[Question, ...] = tuple(read_question(each) for each in _TABLE["question"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answers lead to: what to do, in order, and whether the form may be opened."""

    key: OutcomeKey
    title: str
    steps: tuple[str, ...]
    may_continue: bool


def unanswered(answers: Answers) -> list[Question]:
    """The questions still to answer; none once there is immediate danger, which ends the asking.

    ``risk_area`` is never owed: without it the numbers of every area are shown.
    """
    if words(answers, "immediate_risk") == "yes":
        return []
    return [each for each in QUESTIONS if each.condition is None and not words(answers, each.key)]


def outcome(answers: Answers) -> Outcome:
    """What to do next, the most urgent first; raises ValueError while a question is unanswered."""
    if owed := unanswered(answers):
        raise ValueError("unanswered: " + ", ".join(each.key for each in owed))
    if words(answers, "immediate_risk") == "yes":
        return _outcome("stop_immediate_risk")
    if words(answers, "consent_understood") != "yes":
        return _outcome("signpost_or_protection")
    if words(answers, "enough_context") != "yes" or words(answers, "likely_to_engage") != "yes":
        return _outcome("discuss_first")
    return _outcome("proceed")


def signpost_only() -> Outcome:
    """What a councillor or community representative does for a family: they signpost and send no referral."""
    return _outcome("signpost_only")


def _outcome(key: OutcomeKey) -> Outcome:
    table = _TABLE["outcome"][key]
    return Outcome(key, table["title"], tuple(table["steps"]), table["may_continue"])
