"""Lifting the guards of the insert-only tables for one transaction, as a migration may, and putting them back in it.

What changes meanwhile is ciphertext alone. Nobody else sees the tables unguarded: both engines hide the change until
the transaction is committed, and undo it with the transaction.
"""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection


@contextmanager
def lifted(connection: Connection, table: str) -> Generator[None]:
    """Let the rows of `table` be updated inside the block, in the transaction that is open on `connection`.

    The connection must not be one of the application's: those may neither drop a guard nor switch one off.
    """
    lift = _on_postgresql if connection.dialect.name == "postgresql" else _on_sqlite
    with lift(connection, table):
        yield


@contextmanager
def _on_postgresql(connection: Connection, table: str) -> Generator[None]:
    connection.exec_driver_sql("select set_config('app.system', 'on', true)")
    connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    yield
    connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


@contextmanager
def _on_sqlite(connection: Connection, table: str) -> Generator[None]:
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    guards = connection.exec_driver_sql(asked, (table,)).all()
    for name, _ in guards:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, definition in guards:
        connection.exec_driver_sql(definition)
