"""Whether an answer can be kept as it is, and what the figures in it mean."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Literal

from portal.referrals.form.sections import Answers, AnswerValue, Kind, Question, is_asked, words
from portal.web.typed import UNPRINTABLE

# A session is half a school day; the share of them missed (Department for Education).
WHOLE = 100.0
PERSISTENT_ABSENCE = 10.0
SEVERE_ABSENCE = 50.0
LONGEST_TEXT = 300
LONGEST_LONG_TEXT = 10_000
LONGEST_EMAIL = 254  # RFC 5321, with its erratum 1690
PHONE_DIGITS = range(10, 16)  # a UK number without its 0, up to the longest that E.164 allows
# Childhood ends at 18; an education, health and care plan may run to 25
# (Children Act 1989 s.105; Children and Families Act 2014 s.46).
OLDEST = 18
OLDEST_WITH_SEN = 25


def percentage(text: str) -> float | None:
    """Read ``text`` ("71.5" or "71.5%") as a percentage from 0 to 100; None when it is not one."""
    number = text.strip().removesuffix("%").strip()
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", number):
        return None
    value = float(number)
    return value if value <= WHOLE else None


def absence_level(percent: float) -> Literal["severe", "persistent"] | None:
    """The level of absence that attendance of ``percent`` (0 to 100) means, if it has a name.

    Persistent from 10 and severe from 50 per cent of sessions missed (DfE, Working together to
    improve school attendance).
    """
    missed = WHOLE - percent
    if missed >= SEVERE_ABSENCE:
        return "severe"
    return "persistent" if missed >= PERSISTENT_ABSENCE else None


def age_warning(answers: Answers, today: date) -> str | None:
    """A doubt about the date of birth, to show beside it: over 18, or over 25 with SEN."""
    try:
        born = date.fromisoformat(words(answers, "date_of_birth"))
    except ValueError:
        return None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    has_sen = words(answers, "send_status") in {"sen_support", "assessment", "ehcp"}
    if age <= (OLDEST_WITH_SEN if has_sen else OLDEST):
        return None
    return f"This date of birth makes the young person {age}. Check it before you send."


def malformed(questions: Iterable[Question], answers: Answers, today: date = date.max) -> dict[str, str]:
    """What to do about each answer that is there and asked for but cannot be used, by its question's key.

    A draft keeps such answers as they were typed. Without ``today`` no date counts as in the future.
    """
    found = {
        asked.key: validate_answer(asked, answers[asked.key], today)
        for asked in questions
        if asked.key in answers and is_asked(asked, answers)
    }
    return {key: message for key, message in found.items() if message}


def validate_answer(asked: Question, value: AnswerValue, today: date) -> str | None:
    """What to do about an answer that cannot be kept as it is; None when it is fine or empty."""
    values = [value] if isinstance(value, str) else value
    text = " ".join(values).strip()
    if not text:
        return None
    if UNPRINTABLE.search(text):
        return "Remove the characters that cannot be shown, then try again"
    if asked.kind in ("choice", "choices"):
        return _check_choices(asked, values)
    if asked.kind == "date":
        return _check_date(text, today)
    return _CHECKS[asked.kind](text)


def _check_choices(asked: Question, values: list[str]) -> str | None:
    offered = {choice.value: choice for choice in asked.choices}
    if any(value not in offered for value in values):
        return "Select from the answers shown"
    if asked.kind == "choice" and len(values) > 1:
        return "Select one answer"
    alone = [offered[value].label for value in values if offered[value].exclusive]
    if alone and len(values) > 1:
        return f"Select “{alone[0]}” by itself, or the others without it"
    return None


def _check_date(text: str, today: date) -> str | None:
    try:
        entered = date.fromisoformat(text)
    except ValueError:
        return "Enter a real date, like 27 3 2014"
    if entered > today:
        return "Enter a date that is today or in the past"
    return None


def _check_length(longest: int) -> Callable[[str], str | None]:
    def check(text: str) -> str | None:
        if len(text) <= longest:
            return None
        return f"Shorten this to {longest:,} characters or fewer. It has {len(text):,}"

    return check


def _check_phone(text: str) -> str | None:
    number = re.sub(r"\s*(?:ext\.?|x)\s*[0-9]{1,6}$", "", text, flags=re.IGNORECASE)
    digits = len(re.findall(r"[0-9]", number))
    if re.fullmatch(r"\+?[0-9\s().-]+", number) and digits in PHONE_DIGITS:
        return None
    return "Enter a phone number, like 01632 960 001 or 07700 900 982"


def _check_email(text: str) -> str | None:
    part = r"[^\s@<>\"(),;:.]+"
    if len(text) <= LONGEST_EMAIL and re.fullmatch(rf"[^\s@<>\"(),;:]+@{part}(\.{part})+", text):
        return None
    return "Enter an email address in the form name@school.example"


def _check_percent(text: str) -> str | None:
    if percentage(text) is None:
        return "Enter a number from 0 to 100, like 71.5"
    return None


_CHECKS: dict[Kind, Callable[[str], str | None]] = {
    "text": _check_length(LONGEST_TEXT),
    "long_text": _check_length(LONGEST_LONG_TEXT),
    "phone": _check_phone,
    "email": _check_email,
    "percent": _check_percent,
}
