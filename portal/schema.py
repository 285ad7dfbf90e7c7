"""Bringing the database up to date, and saying whether it is."""

import fcntl
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from portal.db import UNPREPARED

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
LOCK = 7_354_902  # any number, as long as every process that migrates uses the same


def migrate(url: str, to: str = "head") -> None:
    """Run every migration that the database at `url` has not had yet, up to the one numbered `to`: all or none.

    Any number of processes may call this at once: they take turns, and the later ones find nothing left to do.
    """
    # Alembic is worth its memory only to the process that migrates.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    engine = unguarded_engine(url)
    try:
        with turn(url), engine.begin() as connection:
            _wait_for_others(connection)
            settings = Config(str(MIGRATIONS / "alembic.ini"))
            settings.attributes["connection"] = connection
            command.upgrade(settings, to)
    finally:
        engine.dispose()


@cache
def newest() -> str:
    """Return the number of the newest migration, "0007"."""
    return max(found[0] for path in MIGRATIONS.glob("versions/*.py") if (found := re.match(r"\d{4}", path.name)))


def current(engine: Engine) -> str | None:
    """Return the number of the migration the database is at; None when it has had none or cannot be asked."""
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except DBAPIError:
        return None


def unguarded_engine(url: str) -> Engine:
    """Return an engine that may also change what the application's own may not, as migrations and key changes do."""
    if not url.startswith("sqlite"):
        return create_engine(url, connect_args=UNPREPARED)
    engine = create_engine(url)
    # Python's driver would commit halfway; with a BEGIN of our own the migrations are one transaction.
    event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


@contextmanager
def turn(url: str) -> Generator[None]:
    """Wait until no other process of this machine migrates the same SQLite file; PostgreSQL has a lock of its own."""
    path = make_url(url).database
    if not url.startswith("sqlite") or not path:
        yield
        return
    folder = os.open(Path(path).resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _wait_for_others(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
