"""Engine, sessions and one transaction a request, on SQLite and PostgreSQL alike."""

import sqlite3
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, UpdateBase, create_engine, event
from sqlalchemy.orm import Session

from portal import tenancy

BUSY_TIMEOUT_MILLISECONDS = 10_000
# What psycopg would prepare stays in a server's connection, which behind pgbouncer is somebody else's a moment later.
UNPREPARED = {"prepare_threshold": None}
APPEND_ONLY = frozenset({"audit_event", "consent_event"})

_current: ContextVar[Session] = ContextVar("portal_session")


class NoSessionError(RuntimeError):
    """Something asked for the database outside a request, job or `Database.transaction`."""


def session() -> Session:
    """Return the session of the request or job that is running. Raises NoSessionError outside one."""
    try:
        return _current.get()
    except LookupError:
        message = "No session is open here: work inside Database.transaction."
        raise NoSessionError(message) from None


def changed(made: Session, statement: UpdateBase) -> int:
    """Run an UPDATE or DELETE in the session `made` and return how many rows it found: the guard of a race.

    What the session has loaded is left as it is: who wins is the database's to say.
    """
    run = made.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", run).rowcount


def own_transaction(tenant: int | None) -> AbstractContextManager[Session]:
    """Return a short transaction beside the one that is open, for what must be kept whatever becomes of that one.

    Only where the open one is reading: on SQLite two writers would wait for each other.
    """
    return session().info["database"].transaction(tenant=tenant)


class Database:
    """One database: where sessions come from."""

    def __init__(self, url: str) -> None:
        """Prepare (but do not yet open) the database at SQLAlchemy's `url`."""
        self.url = url
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(portal_writes=True)

    def instant(self) -> datetime | None:
        """Return what the database's own clock says; None on SQLite, which has none but this machine's."""
        if self.engine.dialect.name == "sqlite":
            return None
        with self.engine.connect() as connection:
            return connection.exec_driver_sql("select clock_timestamp()").scalar_one()

    def open(self, *, write: bool) -> Session:
        """Return a new session for nobody yet; `write` takes SQLite's write lock at its first statement."""
        made = tenancy.TenantSession(self._writing if write else self.engine, expire_on_commit=False)
        made.info.update(tenant=None, system=False, reached={}, writes=write, database=self)
        return made

    @contextmanager
    def transaction(self, *, tenant: int | None = None, write: bool = True) -> Generator[Session]:
        """Run the block in one transaction of its own for `tenant`: committed at its end, or rolled back."""
        with self.open(write=write) as made, made.begin(), current(made):
            tenancy.enter(made, tenant)
            yield made

    @contextmanager
    def system_transaction(self, *, write: bool = True) -> Generator[Session]:
        """Run the block in one transaction for the portal itself, across organisations: jobs and the command line."""
        with self.transaction(write=write) as made, tenancy.as_system(made):
            yield made


@contextmanager
def current(made: Session) -> Generator[Session]:
    """Make `made` the session that `session()` returns inside the block."""
    token = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(token)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, connect_args=UNPREPARED)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin_sqlite` does
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is erased is overwritten in the file
        f"busy_timeout={BUSY_TIMEOUT_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.set_authorizer(_keep_the_record)


def _begin_sqlite(connection: Any) -> None:
    # A deferred BEGIN that later writes meets "database is locked" in spite of the timeout; IMMEDIATE waits its turn.
    writes = connection.get_execution_options().get("portal_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _keep_the_record(action: int, first: str | None, second: str | None, *_rest: object) -> int:
    """Deny what would take the append-only tables' guards away; triggers in the migrations deny the rest."""
    table = second if action == sqlite3.SQLITE_DROP_TRIGGER else first
    dropping = action in (sqlite3.SQLITE_DROP_TABLE, sqlite3.SQLITE_DROP_TRIGGER)
    return sqlite3.SQLITE_DENY if dropping and table in APPEND_ONLY else sqlite3.SQLITE_OK
