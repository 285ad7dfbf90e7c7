"""Writing a backup while people work: one snapshot of the rows, and every file that they name."""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Table, select

from portal import clock, crypto
from portal.backups import reading, rows
from portal.backups.manifest import KEPT_KEY, MANIFEST, Manifest, file_member, table_member
from portal.config import Settings
from portal.db import Database

LOCK = b"portal backup"

PutFiles = Callable[[zipfile.ZipFile, Connection, list[Table], Path, Manifest], None]


def write(database: Database, settings: Settings, target: Path) -> Manifest:
    """Write a backup of `database` and its attachments to the file `target` and verify it; return its manifest.

    The file is for its owner's eyes alone and appears under its name only when it is whole: an older one stays until
    then. Raises OSError where it cannot be written, DamagedError where what was written does not read back.
    """
    return _write(database, settings, target, _put_files)


def write_rows(database: Database, settings: Settings, target: Path) -> Manifest:
    """Write and raise as `write`, without the attachments: for a place that has them already."""
    return _write(database, settings, target, _leave_files)


def _write(database: Database, settings: Settings, target: Path, put_files: PutFiles) -> Manifest:
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                made = _fill(archive, database, settings, put_files)
            file.flush()
            os.fsync(file.fileno())
        reading.verify(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return made


def _fill(archive: zipfile.ZipFile, database: Database, settings: Settings, put_files: PutFiles) -> Manifest:
    with database.engine.connect() as opened:
        connection = opened.execution_options(**_snapshot(opened))
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("select set_config('app.system', 'on', true)")
            tables = rows.tables_of(connection)
            made = Manifest(
                made_at=clock.now(),
                migration=str(connection.exec_driver_sql("select version_num from alembic_version").scalar_one()),
                lock=crypto.encrypt(LOCK).decode(),
                audit_heads=_heads(connection, tables),
            )
            for table in tables:
                _put_table(archive, connection, table, made)
            put_files(archive, connection, tables, settings.attachments_dir, made)
    key = settings.data_dir / KEPT_KEY
    if not settings.is_production and key.is_file():
        archive.write(key, KEPT_KEY)
    archive.writestr(MANIFEST, made.dumped())
    return made


def _snapshot(connection: Connection) -> dict[str, str]:
    """Return what makes every read of one transaction see the same moment; SQLite's readers always do."""
    return {"isolation_level": "REPEATABLE READ"} if connection.dialect.name == "postgresql" else {}


def _heads(connection: Connection, tables: list[Table]) -> dict[str, dict[str, int | str]]:
    head = next(table for table in tables if table.name == "audit_head").c
    found = connection.execute(select(head.organisation_id, head.sequence, head.hash)).all()
    return {str(organisation): {"sequence": sequence, "hash": last} for organisation, sequence, last in found}


def _put_table(archive: zipfile.ZipFile, connection: Connection, table: Table, made: Manifest) -> None:
    digest = rows.Digest()
    with archive.open(table_member(table.name), "w", force_zip64=True) as member:
        for line in rows.lines(connection, table):
            digest.add(line)
            member.write(line)
    made.columns[table.name] = rows.columns_of(table)
    made.tables[table.name] = digest.figure()


def _put_files(
    archive: zipfile.ZipFile, connection: Connection, tables: list[Table], folder: Path, made: Manifest
) -> None:
    """Add the files that the rows name: each was written before its row, so all of them are there."""
    named = (select(table.c.stored_name, table.c.removed_at) for table in tables if "stored_name" in table.c)
    for name, removed_at in (row for each in named for row in connection.execute(each).all()):
        try:
            content = (folder / name).read_bytes()
        except FileNotFoundError:
            if removed_at is None:
                made.missing.append(name)
            continue
        made.files[name] = hashlib.sha256(content).hexdigest()
        archive.writestr(file_member(name), content)


def _leave_files(
    _archive: zipfile.ZipFile, _connection: Connection, _tables: list[Table], _folder: Path, _made: Manifest
) -> None:
    """Add no file."""
