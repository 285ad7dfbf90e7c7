"""Many referrals from few: every one that there is, copied with all that hangs on it, in bulk."""

import secrets
from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from portal import references, tables

Row = dict[str, Any]

_BY_REFERENCE = ("deadline", "prompt")
"""What is about a referral by its reference alone."""
_HANGS_ON = ("deadline_rung", "call_try")
"""What is about a referral through its parent alone."""
_NAMES_FEW = "data_request_referral"
"""Its rows stay as they are: a request names a family's referrals, never thousands."""
_PUBLIC = ("key", "key_hash", "stored_name", "token_hash")
"""Columns whose values are unique among all rows and mean nothing in themselves."""


def multiply(engine: Engine, total: int, only: frozenset[str] | None = None) -> int:
    """Copy the referrals in the database of `engine`, with everything about them, until there are `total`.

    `only` names the tables to copy where it need not be everything. Files are not copied, mails and the audit neither.
    A copy has its original's owner and state, and a family name of its own. Returns the number of rows added.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("select set_config('app.system', 'on', true)")
        wanted = [table for table in _about_referrals() if only is None or table.name in only]
        held = {table.name: list(_rows(connection, table)) for table in wanted}
        added = _insert(connection, held, total - len(held["referral"]))
        if engine.dialect.name == "postgresql":
            move_sequences(connection)
            connection.exec_driver_sql("analyze")
    return added


def _about_referrals() -> list[Table]:
    named = {"referral", *_BY_REFERENCE, *_HANGS_ON}
    return [
        each
        for each in tables.metadata.sorted_tables
        if each.name in named or ("referral_id" in each.columns and each.name != _NAMES_FEW)
    ]


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    for row in connection.execute(select(table).order_by(*table.primary_key)):
        yield dict(row._mapping)


def _insert(connection: Connection, held: dict[str, list[Row]], wanted: int) -> int:
    """Insert copies of `wanted` referrals, taken in turn from those held."""
    originals, added = held["referral"], 0
    new_ids = {name: count(max((row["id"] for row in rows), default=0) + 1) for name, rows in held.items()}
    while wanted > 0:
        taken = {row["id"]: references.new() for row in originals[:wanted]}
        copied = _copies(held, taken, {row["id"]: row["reference"] for row in originals}, new_ids)
        for table in _about_referrals():
            if copied.get(table.name):
                connection.execute(insert(table), copied[table.name])
                added += len(copied[table.name])
        wanted -= len(taken)
    return added


def _copies(
    held: dict[str, list[Row]], taken: dict[int, str], names: dict[int, str], new_ids: dict[str, Iterator[int]]
) -> dict[str, list[Row]]:
    """Return new rows for the referrals `taken` (their ids and the copies' references) and for what hangs on them."""
    renamed = {names[number]: reference for number, reference in taken.items()}
    ids: dict[tuple[str, int], int] = {}
    copied: dict[str, list[Row]] = {}
    for table in _about_referrals():
        if table.name not in held:
            continue
        copied[table.name] = []
        for row in held[table.name]:
            if not _belongs(table, row, taken, renamed, ids):
                continue
            new = row | {"id": next(new_ids[table.name])}
            ids[table.name, row["id"]] = new["id"]
            new |= {name: secrets.token_hex(16) for name in _PUBLIC if name in row}
            if "child_family_name" in row:
                new["child_family_name"] = f"Copy{new['id']} {row['child_family_name']}"
                new["child_family_key"] = new["child_family_name"].lower()
            if "reference" in row:
                # A reference of its own, such as a concern's, gets a new one too, and its receipt the same.
                renamed.setdefault(row["reference"], references.new())
                new["reference"] = renamed[row["reference"]]
            copied[table.name].append(new | _pointed(table, row, ids))
    return copied


def _belongs(
    table: Table, row: Row, taken: dict[int, str], renamed: dict[str, str], ids: dict[tuple[str, int], int]
) -> bool:
    if table.name == "referral":
        return row["id"] in taken
    if table.name in _BY_REFERENCE:
        return row["reference"] in renamed
    if "referral_id" in row:
        return row["referral_id"] in taken
    return any((target, row[name]) in ids for name, target in _pointers(table))


def _pointed(table: Table, row: Row, ids: dict[tuple[str, int], int]) -> Row:
    """Return the columns of `row` that point at a copied row, pointing at the copy."""
    pointed = {name: ids[target, row[name]] for name, target in _pointers(table) if (target, row[name]) in ids}
    if (row.get("subject_type"), row.get("subject_id")) in ids:
        pointed["subject_id"] = ids[row["subject_type"], row["subject_id"]]
    return pointed


def _pointers(table: Table) -> list[tuple[str, str]]:
    """Return the columns that hold another row's id, with that row's table."""
    return [
        (column.name, key.column.table.name)
        for column in table.columns
        for key in column.foreign_keys
        if key.column.name == "id"
    ]


def move_sequences(connection: Connection) -> None:
    """Let PostgreSQL count on from the ids that were given by hand."""
    for table in _about_referrals():
        counter = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(counter, select(func.max(table.c.id)).scalar_subquery())))
