"""The rows of a database as lines of text that either engine can read again, and the digest that tells them apart.

Rows are copied as they are stored: what is encrypted stays so, and no model has to know the release that wrote them.
"""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert, select

BATCH = 1_000
"""Rows that are in memory at once."""
_NOT_DATA = "alembic_version"


class Digest:
    """What a table holds, in one figure: the same whatever order the rows come in, so that engines may differ in it."""

    def __init__(self) -> None:
        """Begin with no rows."""
        self.rows, self._sum = 0, 0

    def add(self, line: bytes) -> None:
        """Count one row's line in."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % (1 << 256)

    def figure(self) -> list[int | str]:
        """Return how many rows there were, and the digest in hexadecimal."""
        return [self.rows, f"{self._sum:064x}"]


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables that are there, each after those it points at."""
    known = MetaData()
    known.reflect(connection)
    return [table for table in known.sorted_tables if table.name != _NOT_DATA]


def columns_of(table: Table) -> list[str]:
    """Return the names of what a line of `table` holds, in order: by name, since engines may differ in theirs."""
    return sorted(column.name for column in table.columns)


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Give each row of `table` as a line, oldest first: a row may point at an earlier one of its own table."""
    statement = select(*(table.columns[name] for name in columns_of(table))).order_by(*table.primary_key)
    for row in connection.execute(statement, execution_options={"yield_per": BATCH}):
        yield json.dumps([_written(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def put(connection: Connection, table: Table, columns: list[str], found: Iterator[bytes]) -> None:
    """Insert rows from their lines into `table`; `columns` names what each holds, in order."""
    naive = connection.dialect.name == "sqlite"
    batch: list[dict[str, Any]] = []
    for line in found:
        batch.append({name: _read(value, naive=naive) for name, value in zip(columns, json.loads(line), strict=True)})
        if len(batch) == BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


def _written(value: Any) -> Any:
    match value:
        case bytes() | memoryview():
            return {"bytes": base64.b64encode(bytes(value)).decode()}
        case dt.datetime():
            # SQLite's instants have no zone and are UTC, as the column types of the models write them.
            return {"at": (value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)).isoformat()}
        case dt.date():
            return {"day": value.isoformat()}
        case _:
            return value


def _read(value: Any, *, naive: bool) -> Any:
    match value:
        case {"bytes": text}:
            return base64.b64decode(text)
        case {"at": text}:
            at = dt.datetime.fromisoformat(text)
            return at.replace(tzinfo=None) if naive else at
        case {"day": text}:
            return dt.date.fromisoformat(text)
        case _:
            return value
