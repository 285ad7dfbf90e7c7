"""A school's file of sessions (CSV): one line a session, read into weeks, with everything that is wrong in it.

Columns: `date` (2026-11-23 or 23/11/2026), `session` (AM or PM), `mark` (present, absent, not required, or the code
of the register in England, from the DfE's "Working together to improve school attendance", August 2024).
"""

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

COLUMNS = ("date", "session", "mark")
LARGEST = 100_000  # bytes: two years of sessions come to 25 kB
_LISTED = 20  # errors told at once

_PRESENT = frozenset({"present", "/", "\\", "l", "b", "k", "p", "v", "w"})
_ABSENT = frozenset({"absent", "c", "c1", "c2", "e", "g", "i", "j1", "m", "n", "o", "r", "s", "t", "u"})
# Sessions that nobody could be asked to attend: they count neither way.
_NOT_POSSIBLE = frozenset({"not required", "d", "q", "x", "z", "#", *(f"y{number}" for number in range(1, 8))})
_SESSIONS = frozenset({"AM", "PM"})


@dataclass(frozen=True)
class Week:
    """The sessions of one week: how many the child could attend, and how many it did."""

    week_starting: dt.date
    possible: int
    attended: int


@dataclass
class Read:
    """What a file holds: its weeks, or what is wrong with it, a sentence each with its line."""

    weeks: list[Week] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def template() -> str:
    """Return an example of the file, for people to fill in."""
    return "date,session,mark\n2026-11-23,AM,present\n2026-11-23,PM,absent\n2026-11-24,AM,/\n"


def read(data: bytes, first: dt.date, last: dt.date) -> Read:
    """Return the weeks in `data`, whose days lie between `first` and `last`; none when anything is wrong."""
    if len(data) > LARGEST:
        return Read(errors=[f"The file is larger than {LARGEST // 1000} kB: send one child’s sessions only"])
    try:
        found, errors = _sessions(_text(data), first, last)
    except csv.Error:
        return Read(errors=["The file is not a CSV file: save it as CSV and try again"])
    if not errors and not found:
        errors = ["The file has no sessions in it: add a line for each session"]
    if errors:
        more = len(errors) - _LISTED
        return Read(errors=errors[:_LISTED] + ([f"… and {more} more lines like these"] if more > 0 else []))
    return Read(weeks=_by_week(found))


def _text(data: bytes) -> str:
    """Return the file's text. What is read of it is plain ASCII, so that any other bytes may become a mark."""
    return data.decode("utf-8-sig", errors="replace")


def _sessions(text: str, first: dt.date, last: dt.date) -> tuple[dict[tuple[dt.date, str], bool | None], list[str]]:
    """Return whether the child came, by day and session (None where it could not), and what is wrong."""
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    named = [(name or "").strip().lower() for name in lines.fieldnames or ()]
    if any(column not in named for column in COLUMNS):
        return {}, ["The first line must name the columns: date,session,mark"]
    lines.fieldnames = named
    found: dict[tuple[dt.date, str], bool | None] = {}
    errors: list[str] = []
    for row in lines:
        typed = {column: str(row.get(column) or "").strip() for column in COLUMNS}
        if not any(typed.values()):
            continue
        day, session, mark = _day(typed["date"]), typed["session"].upper(), typed["mark"].lower()
        wrong = list(_wrong(day, session, mark, first, last))
        if not wrong and day is not None and (day, session) in found:
            wrong = ["this session is in the file twice"]
        errors += [f"Line {lines.line_num}: {each}" for each in wrong]
        if not wrong and day is not None:
            found[day, session] = None if mark in _NOT_POSSIBLE else mark in _PRESENT
    return found, errors


def _wrong(day: dt.date | None, session: str, mark: str, first: dt.date, last: dt.date) -> Iterator[str]:
    if day is None:
        yield "enter the date like 2026-11-23 or 23/11/2026"
    elif not first <= day <= last:
        yield f"the date must be between {first:%d/%m/%Y} and {last:%d/%m/%Y}"
    if session not in _SESSIONS:
        yield "the session must be AM or PM"
    if mark not in _PRESENT | _ABSENT | _NOT_POSSIBLE:
        yield "the mark must be present, absent, not required or a code of the register"


def _day(typed: str) -> dt.date | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(typed, pattern).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None


def _by_week(found: dict[tuple[dt.date, str], bool | None]) -> list[Week]:
    weeks: dict[dt.date, list[bool]] = defaultdict(list)
    for (day, _session), came in found.items():
        if came is not None:
            weeks[day - dt.timedelta(days=day.weekday())].append(came)
    return [Week(monday, len(came), sum(came)) for monday, came in sorted(weeks.items())]
