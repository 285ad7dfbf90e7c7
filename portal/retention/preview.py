"""What an erasure would take of one record, read before anybody agrees to it: the parts of parts.toml, counted."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, and_, false, func, or_, select, true, type_coerce

from portal import db
from portal.referrals.models import Referral
from portal.retention import erasing, parts, service
from portal.retention.erasing import Subject
from portal.retention.parts import Part
from portal.tenancy import as_system


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


def of_referral(referral: Referral) -> Preview:
    """Return what an erasure on request would take of `referral`, which the caller has loaded for who looks."""
    if referral.anonymised_at is not None:
        return Preview(referral.reference, (), None, is_gone=True)
    return Preview(referral.reference, _counted(referral), service.why_kept(referral))


def _counted(referral: Referral) -> tuple[Going, ...]:
    """Count in one statement the rows of every part that still hold something of what goes."""
    subject, found = Subject("referral", referral.id or 0, referral.reference), parts.parts_of("referral")
    with as_system(db.session()):  # a record's rows belong to several organisations; numbers alone are read
        numbers = db.session().execute(select(*(_count(part, subject) for part in found))).one()
    counted: dict[str, int] = {}
    for part, number in zip(found, numbers, strict=True):
        counted[part.said] = counted.get(part.said, 0) + number
    return tuple(Going(said, number) for said, number in counted.items() if number)


def _count(part: Part, subject: Subject) -> Any:
    table = erasing.table_called(part.table)
    held = true() if part.delete else or_(false(), *(_holds_something(table, name) for name in part.empty))
    mine = and_(erasing.rows_of(part, table, subject), held)
    return select(func.count()).select_from(table).where(mine).scalar_subquery().label(f"of_{part.table}")


def _holds_something(table: Table, name: str) -> ColumnElement[bool]:
    column = table.c[name]
    if erasing.is_encrypted(column):
        return and_(column.is_not(None), type_coerce(column, LargeBinary) != b"")
    return column.is_not(None)
