"""What an erasure would take of one record, read before anybody agrees to it: the parts of parts.toml, counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, and_, false, func, or_, select, true, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal import db
from portal.referrals.models import Referral
from portal.retention import erasing, holds, parts, queries, service
from portal.retention.erasing import Subject
from portal.retention.models import HoldEvent
from portal.retention.parts import Part
from portal.tenancy import as_system

AT_ONCE = 20
"""Records counted in one statement, of some 50 columns each: PostgreSQL answers with 1,664 columns at most."""


@dataclass(frozen=True)
class Going:
    """Something of a record that would go: what it is, in words, and in how many rows there is any of it."""

    said: str
    rows: int


@dataclass(frozen=True)
class Preview:
    """One referral: what of it would go; or why nothing of it can go now. `is_gone` once it has been erased."""

    reference: str
    going: tuple[Going, ...]
    why_kept: str | None
    is_gone: bool = False

    @property
    def can_go(self) -> bool:
        """Say whether it can be erased now."""
        return self.why_kept is None and not self.is_gone


def of_referrals(referrals: Sequence[Referral]) -> list[Preview]:
    """Return what an erasure on request would take of each of `referrals`, which the caller has loaded for who looks.

    One query for each AT_ONCE of them, which is more than one request names, and one more where any is held.
    """
    there, counted = [each for each in referrals if each.anonymised_at is None], dict[str, _Counted]()
    with as_system(db.session()):  # a record's rows belong to several organisations; numbers alone are read of most
        for first in range(0, len(there), AT_ONCE):
            counted |= _counted(there[first : first + AT_ONCE])
        held = _held([each.hold for each in counted.values() if each.hold])
    made: list[Preview] = []
    for each in referrals:
        if found := counted.get(each.reference):
            because = service.kept_because(each, held.get(found.hold or 0), has_safeguarding=found.has_safeguarding)
            made.append(Preview(each.reference, found.going, because))
        else:
            made.append(Preview(each.reference, (), None, is_gone=True))
    return made


@dataclass(frozen=True)
class _Counted:
    going: tuple[Going, ...]
    hold: int | None
    has_safeguarding: bool


def _counted(referrals: Sequence[Referral]) -> dict[str, _Counted]:
    """Count in one statement the rows of every part that still hold something of what goes, and find what keeps it."""
    found = parts.parts_of("referral")
    asked = [column for each in referrals for column in _columns(each, found)]
    numbers = iter(db.session().execute(select(*asked)).one())
    counted: dict[str, _Counted] = {}
    for each in referrals:
        rows: dict[str, int] = {}
        for part in found:
            rows[part.said] = rows.get(part.said, 0) + next(numbers)
        going = tuple(Going(said, number) for said, number in rows.items() if number)
        counted[each.reference] = _Counted(going, next(numbers), bool(next(numbers)))
    return counted


def _columns(referral: Referral, found: Sequence[Part]) -> Iterator[Any]:
    subject, placed = Subject("referral", referral.id or 0, referral.reference), aliased(HoldEvent)
    yield from (_count(part, subject) for part in found)
    mine = select(func.max(placed.id)).where(col(placed.referral_id) == referral.id, *holds.is_standing(placed))
    yield mine.scalar_subquery()
    hangs = select(func.count()).where(col(Referral.id) == referral.id, queries.has_safeguarding())
    yield hangs.scalar_subquery()


def _held(ids: Sequence[int]) -> dict[int, HoldEvent]:
    wanted = select(HoldEvent).where(col(HoldEvent.id).in_(ids))
    return {each.id or 0: each for each in db.session().scalars(wanted)} if ids else {}


def _count(part: Part, subject: Subject) -> Any:
    table = erasing.table_called(part.table)
    held = true() if part.delete else or_(false(), *(_holds_something(table, name) for name in part.empty))
    mine = and_(erasing.rows_of(part, table, subject), held)
    return select(func.count()).select_from(table).where(mine).scalar_subquery()


def _holds_something(table: Table, name: str) -> ColumnElement[bool]:
    column = table.c[name]
    if erasing.is_encrypted(column):
        return and_(column.is_not(None), type_coerce(column, LargeBinary) != b"")
    return column.is_not(None)
