"""What an erasure takes of each table, and how the rows are found: parts.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Part:
    """Rows of one table that go with a kind of record: which columns are emptied, or that they go whole.

    `by` is the column that holds the record's id, or its reference where `on` is "reference". With `through`, a table
    and the column that points at it, the rows hang on rows of that table instead.
    """

    table: str
    of: str
    by: str
    on: str
    through: tuple[str, str] | None
    kind: str
    """Only rows whose `kind` begins so; empty for all."""
    empty: tuple[str, ...]
    delete: bool
    said: str
    """What goes, in words, to whoever has to agree to it; rows with the same words are counted together."""


@dataclass(frozen=True)
class AuditPart:
    """Events whose detail goes with a kind of record: those about a `subject` whose rows are found as a part's are."""

    subject: str
    of: str
    through: str


def parts_of(kind: str) -> list[Part]:
    """Return what goes with a record of `kind`, in the order in which it goes."""
    return [part for part in parts() if part.of == kind]


def audit_parts_of(kind: str) -> list[AuditPart]:
    """Return which events lose their detail with a record of `kind`."""
    return [AuditPart(**row) for row in _read()["audit"] if row["of"] == kind]


@cache
def parts() -> tuple[Part, ...]:
    """Return every part of the file."""
    return tuple(_part(row) for row in _read()["part"])


def kept() -> dict[str, str]:
    """Return the tables that an erasure leaves whole, each with why."""
    return dict(_read()["kept"])


def kept_columns() -> dict[str, str]:
    """Return the encrypted columns that stay, as "table.column", each with why."""
    return dict(_read()["kept_columns"])


def _part(row: dict[str, Any]) -> Part:
    table, column = row.get("through", ("", ""))
    return Part(
        table=row["table"],
        of=row["of"],
        by=row.get("by", ""),
        on=row.get("on", "id"),
        through=(table, column) if table else None,
        kind=row.get("kind", ""),
        empty=tuple(row.get("empty", ())),
        delete=row.get("delete", False),
        said=row.get("said", ""),
    )


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
