"""Bringing a backup back, into a place where nothing is yet: all of it, proven row by row, or none."""

import os
import zipfile
from pathlib import Path

from cryptography.fernet import InvalidToken
from sqlalchemy import Connection, create_engine, func, select

from portal import crypto, schema
from portal.audit import verify as audit
from portal.backups import reading, rows
from portal.backups.manifest import KEPT_KEY, Manifest
from portal.backups.writing import LOCK
from portal.config import Settings
from portal.db import Database
from portal.referrals.files import storage
from portal.retention import again, erasures


class RestoreRefusedError(Exception):
    """This backup cannot be brought back here; the message says why, and nothing was changed."""


def restore(source: Path, settings: Settings, *, without_erasures: bool = False) -> Manifest:
    """Bring the backup `source` into the empty database and folder of `settings`; return its manifest.

    It is read and verified first, its rows are inserted in one transaction, compared with what the backup holds,
    and then brought up to this release. `erase_again` has to follow; `without_erasures` goes on where its list is lost.
    Raises DamagedError or RestoreRefusedError and leaves nothing behind.
    """
    held = reading.verify(source)
    _require_room(held, settings)
    if not without_erasures:
        _require_list(held, settings)
    with reading.opened(source) as (archive, _):
        _use_keys(archive, held, settings)
        written = _put_files(archive, held, settings.attachments_dir)
    try:
        bring_rows(source, held, settings.database_url)
    except BaseException:
        for path in written:
            path.unlink()
        raise
    return held


def bring_rows(source: Path, held: Manifest, url: str) -> None:
    """Put the rows of the backup `source` into the empty database at `url`, compare them, and bring them up to date.

    Raises DamagedError or RestoreRefusedError, and then no row is there.
    """
    schema.migrate(url, held.migration)
    with reading.opened(source) as (archive, _):
        _put_rows(archive, held, url)
    schema.migrate(url)


def erase_again(database: Database, settings: Settings) -> int:
    """Take out of a restored `database` what had been erased since its backup was made; return how many records.

    Until this is done the portal is not ready to serve. Raises DamagedListError when the list of erasures is damaged.
    """
    erasures.use_file(settings.erasures_file)
    storage.use_folder(settings.attachments_dir)
    done = again.carry_out(database)
    if done and database.engine.dialect.name == "sqlite":
        # The rows were in the file for a moment: it is written anew, without what they left behind.
        with database.engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return done


def _require_list(held: Manifest, settings: Settings) -> None:
    """Raise RestoreRefusedError where the backup knows of erasures and there is no list of those that came after."""
    known = int(held.tables.get("erasure", [0])[0])
    if known and not settings.erasures_file.exists():
        raise RestoreRefusedError(
            f"This backup knows of {known} erased records, and there is no list of erasures"
            f" at {settings.erasures_file}. Set PORTAL_ERASURES_FILE to it,"
            " or say --without-erasures if it is lost."
        )


def broken(database: Database, held: Manifest) -> str | None:
    """Return in words where the audit of a restored `database` is not the one that was backed up; None when it is."""
    with database.system_transaction(write=False):
        return audit.first_break(held.audit_heads)


def _require_room(held: Manifest, settings: Settings) -> None:
    if held.migration > schema.newest():
        raise RestoreRefusedError("This backup is of a newer release than this one. Bring the portal up to date first.")
    engine = create_engine(settings.database_url)
    there = schema.current(engine)
    engine.dispose()
    if there is not None:
        raise RestoreRefusedError("There is a database here already. Restore into an empty one.")
    if settings.attachments_dir.is_dir() and any(settings.attachments_dir.iterdir()):
        raise RestoreRefusedError("There are attachments here already. Restore into an empty data directory.")


def _use_keys(archive: zipfile.ZipFile, held: Manifest, settings: Settings) -> None:
    """Take the demo's own key from the backup; refuse where the keys at hand do not open it."""
    if not settings.is_production and KEPT_KEY in archive.namelist():
        kept = archive.read(KEPT_KEY).decode()
        path = settings.data_dir / KEPT_KEY
        path.touch(mode=0o600)
        path.write_text(kept, encoding="ascii")
        crypto.use_keys((*settings.secret_keys, kept))
    try:
        fits = crypto.decrypt(held.lock.encode()) == LOCK
    except InvalidToken:
        fits = False
    if not fits:
        raise RestoreRefusedError("PORTAL_SECRET_KEYS does not hold the key that this backup was written under.")


def _put_files(archive: zipfile.ZipFile, held: Manifest, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written: list[Path] = []
    for name in held.files:
        path = folder / Path(name).name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(reading.content(archive, held, name))
            file.flush()
            os.fsync(file.fileno())
        written.append(path)
    return written


def _put_rows(archive: zipfile.ZipFile, held: Manifest, url: str) -> None:
    """Insert every row and compare what is there then with what the backup holds, in one transaction."""
    database = Database(url)
    try:
        with database.engine.execution_options(portal_writes=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("select set_config('app.system', 'on', true)")
            for table in rows.tables_of(connection):
                rows.put(connection, table, held.columns[table.name], reading.lines(archive, table.name))
            _compare(connection, held)
    finally:
        database.engine.dispose()


def _compare(connection: Connection, held: Manifest) -> None:
    for table in rows.tables_of(connection):
        digest = rows.Digest()
        for line in rows.lines(connection, table):
            digest.add(line)
        if digest.figure() != held.tables[table.name]:
            raise RestoreRefusedError(f"The table {table.name} does not read back as it was backed up.")
        if connection.dialect.name == "postgresql" and "id" in table.columns:
            counter = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(counter, func.greatest(1, func.max(table.c.id)))))
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RestoreRefusedError("A row points at another that is not there.")
