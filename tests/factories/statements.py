"""Counting what a request asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from portal import db


@contextmanager
def counted(database: db.Database) -> Iterator[list[str]]:
    """Collect the SQL that reading sessions run inside the block; what is written beside them is left out."""
    seen: list[str] = []

    def note(connection, _cursor, statement, _parameters, _context, _many):
        settings = "set_config" in statement or statement.startswith(("PRAGMA", "BEGIN"))
        if not connection.get_execution_options().get("portal_writes") and not settings:
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


@contextmanager
def planned(database: db.Database, engine: str = "sqlite") -> Iterator[list[str]]:
    """Collect how `engine` finds the rows of each query inside the block; nothing where the database is another's."""
    plans: list[str] = []

    def note(connection, _cursor, statement, parameters, _context, _many):
        if connection.dialect.name == engine:
            plan = connection.connection.cursor()
            plan.execute(f"{_EXPLAIN[engine]} {statement}", parameters)
            plans.append("\n".join(row[-1] for row in plan.fetchall()))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
