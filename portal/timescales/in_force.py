"""The policy in force: what policy.toml gives, with what KSAF has changed since.

A version is the file's, and for what was changed a number: "2026-11-29.1+3" is that file with the first three changes.
A deadline keeps the version it was made under: whatever is worked out for it later goes by its own figures, also once a
release has brought another file (`editions`).
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from sqlalchemy import Date, null, select, type_coerce, union_all
from sqlmodel import col

from portal import db
from portal.timescales import editions, policy
from portal.timescales.figures import Figures
from portal.timescales.models import ClosureDay, PolicyChange
from portal.timescales.pauses import Pause
from portal.timescales.policy import Policy

HOURS: Final = "hours"
"""The kind of a change of KSAF's hours."""
_REMEMBERED = "timescales.in_force"


@dataclass
class _Kept:
    """What one session has read."""

    closures: dict[dt.date, str]
    changes: list[tuple[int, str, str]]  # number, kind, what it becomes; in order
    at: dict[tuple[str, int], Policy] = field(default_factory=dict[tuple[str, int], Policy])  # by edition and number


def rules() -> Policy:
    """Return the policy in force, read once a session."""
    installed = policy.load()
    return _at(installed.version, _newest())


def rules_at(version: str) -> Policy:
    """Return the policy as it was at `version`, which a deadline keeps."""
    edition, plus, number = version.partition("+")
    return _at(edition, min(int(number), _newest()) if plus else 0)


def stops(pause: Pause, kind: str) -> bool:
    """Say whether `pause` stops the clock of a `kind` that starts now."""
    return pause in rules()[kind].pauses_while


def closure_days() -> dict[dt.date, str]:
    """Return each day KSAF is closed with its reason, read once a session together with the changes of the policy."""
    return _kept().closures


def number_of(kind: str) -> int:
    """Return the number of the newest change of `kind`; 0 where there is none."""
    return max((number for number, changed, _ in _kept().changes if changed == kind), default=0)


def next_number() -> int:
    """Return the number of the change after the newest."""
    return _newest() + 1


def forget() -> None:
    """Read again at the next question, after a change."""
    db.session().info.pop(_REMEMBERED, None)


def with_changes(installed: Policy, changes: Iterable[tuple[int, str, str]]) -> Policy:
    """Return `installed` with these changes, each its number, its kind and what it becomes, in order.

    A change of a timescale that this release no longer has is left out.
    """
    timescales, hours, number = dict(installed.timescales), installed.hours, 0
    for number, kind, becomes in changes:  # noqa: B007 - the last one's is the version
        if kind == HOURS:
            hours = read_hours(becomes)
        elif kind in timescales:
            timescales[kind] = Figures.read(becomes).put_into(timescales[kind])
    for kind, each in timescales.items():
        if each.as_long_as:
            followed = timescales[each.as_long_as]
            timescales[kind] = replace(each, length=followed.length, unit=followed.unit)
    version = f"{installed.version}+{number}" if number else installed.version
    return replace(installed, version=version, timescales=timescales, hours=hours)


def read_hours(kept: str) -> tuple[dt.time, dt.time]:
    """Return opening and closing time from the text that `written_hours` makes."""
    given = json.loads(kept)
    return dt.time.fromisoformat(given["opens"]), dt.time.fromisoformat(given["closes"])


def written_hours(hours: tuple[dt.time, dt.time]) -> str:
    """Return opening and closing time as the text that is kept."""
    return json.dumps({"opens": hours[0].isoformat(), "closes": hours[1].isoformat()})


def _at(edition: str, number: int) -> Policy:
    kept = _kept()
    if (edition, number) not in kept.at:
        changes = (each for each in kept.changes if each[0] <= number)
        kept.at[edition, number] = with_changes(editions.policy_of(edition), changes)
    return kept.at[edition, number]


def _newest() -> int:
    changes = _kept().changes
    return changes[-1][0] if changes else 0


def _kept() -> _Kept:
    info = db.session().info
    if _REMEMBERED not in info:
        info[_REMEMBERED] = _read()
    return info[_REMEMBERED]


def _read() -> _Kept:
    """Read closure days and changes in one query: nearly every page needs both."""
    rows: list[Any] = list(db.session().execute(_wanted()).all())
    made = sorted((row.number, row.kind, row.words) for row in rows if row.day is None)
    return _Kept({row.day: row.words for row in rows if row.day is not None}, made)


@cache
def _wanted() -> Any:
    changes = select(
        col(PolicyChange.number).label("number"),
        col(PolicyChange.kind).label("kind"),
        col(PolicyChange.becomes).label("words"),
        type_coerce(null(), Date).label("day"),
    )
    return union_all(changes, select(null(), null(), col(ClosureDay.reason), col(ClosureDay.day)))
