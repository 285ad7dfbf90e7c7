"""Web forms made from questions. Nothing typed is turned away: an answer that cannot be used is kept as it stands."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    EmailField,
    Field,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than the type stubs
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)

from portal.referrals.form.answer_checks import LONGEST_LONG_TEXT, malformed
from portal.referrals.form.sections import Answers, AnswerValue, Condition, Kind, Question
from portal.web.typed import REPLACEMENT, UNPRINTABLE, printable

REMOVE = f"Remove each “{REPLACEMENT}”. It stands where a character could not be kept"
_PARTS = 3
_EARLIEST_YEAR = 1900


class DateField(Field):
    """Day, month and year under one name. Its data is ISO 8601 when they make a date, else the parts as typed.

    The name chooses the component in ``components/fields.html``.
    """

    def process_data(self, value: str | None) -> None:
        """Take a kept answer apart, so that its parts stand in their inputs again."""
        self.data = value or ""
        self.raw_data = date_parts(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Join the parts as posted."""
        self.raw_data = valuelist if len(valuelist) == _PARTS else date_parts("".join(valuelist[:1]))
        self.data = join_date(self.raw_data)


def date_parts(kept: str) -> list[str]:
    """Day, month and year of a kept answer, for three inputs; three empty texts for none."""
    try:
        day = date.fromisoformat(kept)
    except ValueError:
        parts = kept.split("/", _PARTS - 1)
        return parts + [""] * (_PARTS - len(parts))
    return [str(day.day), str(day.month), str(day.year)]


def join_date(parts: list[str]) -> str:
    """ISO 8601 when day, month and year are a date in or after 1900, empty when all are, else the parts as typed."""
    typed = [part.strip() for part in parts]
    if not any(typed):
        return ""
    numbers = [int(number) for number in re.findall(r"\d{1,4}", " ".join(typed))]
    try:
        day, month, year = numbers
        made = date(year, month, day)
    except ValueError:
        return "/".join(typed)
    only_figures = not re.search(r"[^\d\s./-]", "".join(typed))
    return made.isoformat() if only_figures and year >= _EARLIEST_YEAR else "/".join(typed)


def groups(questions: tuple[Question, ...]) -> list[tuple[Condition | None, list[Question]]]:
    """The questions in order, those that follow one another under the same condition together."""
    return [(condition, list(each)) for condition, each in groupby(questions, key=lambda asked: asked.condition)]


def bind(questions: tuple[Question, ...], answers: Answers) -> Form:
    """The form that asks ``questions``, showing the ``answers`` there are."""
    return _form_class(questions)(data=dict(answers))


def read(questions: tuple[Question, ...], posted: Mapping[str, Any], today: date | None = None) -> Form:
    """The form as ``posted`` (a MultiDict), with what to do about each answer that cannot be used.

    Without ``today`` nothing is checked, as while somebody is still typing.
    """
    made, unprintable = _form_class(questions)(formdata=_cleaned(posted)), _unprintable(posted)
    if today is not None:
        given = answers_in(made, questions)
        told = malformed(questions, given, today) | dict.fromkeys(unprintable, REMOVE)
        for key, message in told.items():
            if key in made:
                made[key].errors = [message]
    return made


def answers_in(form: Form, questions: Iterable[Question]) -> dict[str, AnswerValue]:
    """What ``form`` holds as the answers to keep: choices only among those offered, and no empty ones."""
    given: dict[str, AnswerValue] = {}
    for asked in questions:
        value: AnswerValue = form[asked.key].data or ""
        if asked.choices:
            offered = {choice.value for choice in asked.choices}
            value = [each for each in value if each in offered] if isinstance(value, list) else value
            value = value if isinstance(value, list) or value in offered else ""
        if value:
            given[asked.key] = value
    return given


def _cleaned(posted: Mapping[str, Any]) -> MultiDict[str, str]:
    return MultiDict((key, printable(value)) for key, value in MultiDict(posted).items(multi=True))


def _unprintable(posted: Mapping[str, Any]) -> set[str]:
    return {key for key, value in MultiDict(posted).items(multi=True) if UNPRINTABLE.search(value)}


@cache
def _form_class(questions: tuple[Question, ...]) -> type[Form]:
    return type("QuestionsForm", (Form,), {asked.key: _FIELDS[asked.kind](asked) for asked in questions})


def _simple(kind: type[Field], **extra: Any) -> Callable[[Question], Any]:
    def make(asked: Question) -> Any:
        return kind(asked.label, description=asked.hint, render_kw=extra or None)

    return make


def _choosing(kind: type[RadioField | SelectMultipleField]) -> Callable[[Question], Any]:
    def make(asked: Question) -> Any:
        choices = [SelectChoice(choice.value, choice.label) for choice in asked.choices]
        return kind(asked.label, description=asked.hint, choices=choices, validate_choice=False)

    return make


_FIELDS: dict[Kind, Callable[[Question], Any]] = {
    "text": _simple(StringField),
    "long_text": _simple(TextAreaField, maxlength=LONGEST_LONG_TEXT),
    "date": _simple(DateField),
    "choice": _choosing(RadioField),
    "choices": _choosing(SelectMultipleField),
    "phone": _simple(TelField),
    "email": _simple(EmailField, spellcheck=False),
    "percent": _simple(StringField, inputmode="decimal"),
}
