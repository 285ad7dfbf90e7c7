"""A copy of one child's record for whoever may ask for it: everything but what is withheld, which is marked with why.

UK GDPR Art. 15. What is about other people is always withheld here: a person reads the copy before it leaves, and adds
what those people agree to. Safeguarding parts are withheld or given by a decision, which the copy states.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table, literal, select
from sqlmodel import SQLModel, col
from sqlmodel import select as rows_of

from portal import clock, db
from portal.accountability.subjects import parts
from portal.accountability.subjects.parts import OTHERS, PORTAL, SAFEGUARDING
from portal.cases.pdf import Document
from portal.organisations import contacts
from portal.referrals.form import answer_words
from portal.referrals.form.sections import Question
from portal.referrals.models import Referral, ReferralSection
from portal.referrals.queries import answers_of
from portal.web.dates import date_only, long_datetime

Line = tuple[str, str]
_KEY = re.compile(r"[a-z]+(_[a-z0-9]+)+")  # a word of ours from a short list, such as ksaf_support


@dataclass(frozen=True)
class Told:
    """One part of the copy: its title, and each row of it as lines of label and words."""

    title: str
    rows: list[list[Line]]


@dataclass(frozen=True)
class RecordCopy:
    """The whole copy. `withheld` counts what was left out, by its reason in words."""

    reference: str
    made_at: datetime
    gives_safeguarding: bool
    decided_why: str
    parts: list[Told]
    withheld: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return the copy as JSON holds it."""
        whole = asdict(self) | {"made_at": self.made_at.isoformat()}
        whole["parts"] = [{"title": part.title, "rows": [dict(row) for row in part.rows]} for part in self.parts]
        whole["reasons"] = {each.words: each.source for each in parts.reasons().values()}
        return whole

    def as_document(self) -> Document:
        """Return the copy as a PDF is made of it."""
        line = contacts.ksaf()
        left_out = [f"{number} × {words}: {_source(words)}." for words, number in sorted(self.withheld.items())]
        explained = Told("What is left out, and why", [[("", "\n".join(left_out) or "Nothing.")]])
        return Document(
            title=f"Copy of the record {self.reference}",
            heading=f"Copy of the record {self.reference}",
            facts=[
                ("Made", long_datetime(self.made_at)),
                ("Safeguarding parts", f"{'given' if self.gives_safeguarding else 'withheld'}: {self.decided_why}"),
            ],
            parts=[(part.title, _text(part)) for part in (*self.parts, explained)],
            contact=f"{line.phone}, {line.email}. You can also complain to the Information Commissioner.",
        )


def make(referral: Referral, *, gives_safeguarding: bool, decided_why: str) -> RecordCopy:
    """Return a copy of `referral`, with or without its safeguarding parts, as `decided_why` says.

    Needs a system transaction: whoever makes a copy has been allowed to outside this function.
    """
    withheld: dict[str, int] = {}
    hides = {OTHERS} if gives_safeguarding else {OTHERS, SAFEGUARDING}
    told = [Told(part.title, rows) for part in parts.parts() if (rows := list(_rows(referral, part, hides, withheld)))]
    told[1:1] = _answers(referral, hides, withheld)
    return RecordCopy(referral.reference, clock.now(), gives_safeguarding, decided_why, told, withheld)


def _rows(referral: Referral, part: parts.Part, hides: set[str], withheld: dict[str, int]) -> Iterator[list[Line]]:
    table: Table = SQLModel.metadata.tables[part.table]
    owner = table.c.id if part.table == "referral" else table.c.referral_id
    ours = {column: reason for column, reason in part.withheld.items() if reason != PORTAL}
    columns = [table.c[name] for name in (*part.told, *ours)]
    kind = table.c.kind if part.safeguarding_kinds else literal("")
    [key] = table.primary_key.columns
    asked = select(*columns).add_columns(kind.label("_kind")).where(owner == referral.id).order_by(key)
    for row in db.session().execute(asked).mappings():
        reasons = ours | ({"body": SAFEGUARDING} if row["_kind"] in part.safeguarding_kinds else {})
        lines: list[Line] = []
        for name in (*part.told, *ours):
            if words := in_words(row[name]):
                label, reason = part.told.get(name) or name.replace("_", " ").capitalize(), reasons.get(name)
                lines.append((label, _marked(reason, withheld) if reason in hides else words))
        if lines:
            yield lines


def _answers(referral: Referral, hides: set[str], withheld: dict[str, int]) -> list[Told]:
    """Return the form as it was answered; a question of a need-to-know part about others or safety as that part is."""
    saved = db.session().scalars(rows_of(ReferralSection).where(col(ReferralSection.referral_id) == referral.id))
    found: list[Told] = []
    for section, lines in answer_words.all_lines(answers_of(saved)):
        told = [
            (line.question.label, _marked(reason, withheld) if reason in hides else line.answer)
            for line in lines
            if line.answer
            for reason in [_reason(line.question)]
        ]
        if told:
            found.append(Told(section.title, [told]))
    return found


def _reason(asked: Question) -> str:
    if asked.key in parts.questions_about_others():
        return OTHERS
    return SAFEGUARDING if asked.sensitive else ""


def _marked(reason: str | None, withheld: dict[str, int]) -> str:
    words = parts.reasons()[reason or OTHERS].words
    withheld[words] = withheld.get(words, 0) + 1
    return f"[Withheld: {words}]"


def _source(words: str) -> str:
    return next(each.source for each in parts.reasons().values() if each.words == words)


def in_words(value: object) -> str:
    """Return a stored value as a reader takes it in; empty for nothing."""
    if isinstance(value, datetime):
        return long_datetime(value)
    if isinstance(value, date):
        return date_only(value)
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, dict):
        return "\n".join(
            f"{str(key).replace('_', ' ')}: {words}" for key, held in value.items() if (words := in_words(held))
        )  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return "\n".join(words for each in value if (words := in_words(each)))  # pyright: ignore[reportUnknownVariableType]
    words = "" if value is None else str(value)
    return words.replace("_", " ") if _KEY.fullmatch(words) else words


def _text(part: Told) -> str:
    rows = ("\n".join(f"{label}: {words}" if label else words for label, words in row) for row in part.rows)
    return "\n\n".join(rows)
