"""Moving an installation from SQLite to PostgreSQL: every row, compared on both sides, while nobody can write."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, make_url
from sqlmodel import select

from portal import clock, schema
from portal.backups import restoring, writing
from portal.backups.manifest import Manifest
from portal.config import Settings
from portal.db import Database
from portal.health.models import SchedulerHeartbeat

QUIET = timedelta(minutes=2)
"""Since when no scheduler may have passed: ours, four of its passes. Somebody who has stopped the portal has waited."""


class MoveRefusedError(Exception):
    """The installation cannot be moved there now; the message says why, and nothing was changed."""


def move(database: Database, settings: Settings, url: str) -> Manifest:
    """Copy every row of the SQLite `database` into the empty PostgreSQL database at `url`; return what was copied.

    Nobody can write meanwhile, so that nothing is acknowledged here and lost there. What arrives is compared with what
    left, table by table, and the audit is verified from its first event to its last. Attachments and the old file stay
    where they are. Raises MoveRefusedError, DamagedError or RestoreRefusedError, and then `url` holds no row.
    """
    _require_quiet(database)
    _require_room(database, url)
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix="move-") as folder, _nobody_writing(database):
        rows = Path(folder) / "rows"
        held = writing.write_rows(database, settings, rows)
        restoring.bring_rows(rows, held, url)
    there = Database(url)
    try:
        if place := restoring.broken(there, held):
            raise MoveRefusedError(f"The rows have arrived, but the audit is not whole. {place}")
    finally:
        there.engine.dispose()
    return held


def _require_quiet(database: Database) -> None:
    with database.system_transaction(write=False) as session:
        passed = session.scalars(
            select(SchedulerHeartbeat.beat_at).where(SchedulerHeartbeat.beat_at > clock.now() - QUIET)
        )
        is_running = passed.first() is not None
    if is_running:
        raise MoveRefusedError(
            "The portal is running: a scheduler passed in the last two minutes. Stop it, web and scheduler, and wait."
        )


def _require_room(database: Database, url: str) -> None:
    if database.engine.dialect.name != "sqlite":
        raise MoveRefusedError("This installation is on PostgreSQL already.")
    if make_url(url).get_backend_name() != "postgresql":
        raise MoveRefusedError("Say where to: postgresql+psycopg://user:password@host/name")
    engine = create_engine(url)
    there = schema.current(engine)
    engine.dispose()
    if there is not None:
        raise MoveRefusedError("There is a portal's database there already. Move into an empty one.")


@contextmanager
def _nobody_writing(database: Database) -> Generator[None]:
    """Hold SQLite's one write lock; whoever tries to write is told that the portal is busy, and keeps their text."""
    with database.engine.execution_options(portal_writes=True).begin():
        yield
