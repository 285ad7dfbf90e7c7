"""Re-encrypting every column and file under the newest key, batch by batch; what already is, is left alone.

So a run that was stopped goes on where it was, and a second one finds nothing to do. Keyed hashes made of what is
encrypted (the household's) are made anew with it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import Connection, Engine, LargeBinary, Table, literal, select, type_coerce

from portal import crypto, schema
from portal.accountability.keys import guards
from portal.crypto import EncryptedJSON, EncryptedText
from portal.referrals import household
from portal.referrals.files import storage

BATCH = 500
ATTACHMENTS, HOUSEHOLDS = "attachments", "referral.household_key"


@dataclass
class Done:
    """What a run found: by column or folder, how many values it renewed, and how many no key opens."""

    renewed: dict[str, int] = field(default_factory=dict[str, int])
    unreadable: dict[str, int] = field(default_factory=dict[str, int])
    held: int = 0

    def add(self, what: str, *, renewed: int = 0, unreadable: int = 0, held: int = 0) -> None:
        """Count further values of `what`."""
        self.held += held
        for counted, number in ((self.renewed, renewed), (self.unreadable, unreadable)):
            if number:
                counted[what] = counted.get(what, 0) + number


def rotate(url: str, tables: list[Table], folder: Path, batch: int = BATCH) -> Done:
    """Bring all that is encrypted in the database at `url` and in `folder` under the newest key; return what was done.

    `tables` are all of the portal's; each `batch` of rows is one transaction.
    """
    done, engine = Done(), schema.unguarded_engine(url)
    try:
        for table in tables:
            columns = encrypted_columns(table)
            if columns:
                _rotate_table(engine, table, columns, batch, done)
        _renew_households(engine, {table.name: table for table in tables}, batch, done)
    finally:
        engine.dispose()
    _rotate_files(folder, done)
    return done


def encrypted_columns(table: Table) -> list[str]:
    """Return the names of the columns of `table` that hold ciphertext."""
    return [column.name for column in table.columns if isinstance(column.type, EncryptedText | EncryptedJSON)]


def _batches(engine: Engine, table: Table, asked: Any, batch: int) -> Iterator[tuple[Connection, list[Any]]]:
    """Give the rows of `asked`, `batch` at a time by the table's key, each batch within a transaction of its own."""
    [key] = table.primary_key.columns
    last: Any = None
    while True:
        with engine.begin() as connection:
            # Every organisation's rows; and on SQLite, what was under an old key is overwritten in the file.
            system = "select set_config('app.system', 'on', true)"
            connection.exec_driver_sql(system if engine.dialect.name == "postgresql" else "PRAGMA secure_delete=ON")
            narrowed = asked if last is None else asked.where(key > last)
            rows = list(connection.execute(narrowed.order_by(key).limit(batch).with_for_update()).mappings())
            if rows:
                yield connection, rows
        if len(rows) < batch:
            return
        last = rows[-1][key.name]


def _rotate_table(engine: Engine, table: Table, columns: list[str], batch: int, done: Done) -> None:
    [key] = table.primary_key.columns
    ciphers = [type_coerce(table.c[name], LargeBinary).label(name) for name in columns]
    for connection, rows in _batches(engine, table, select(key, *ciphers), batch):
        changed = [(row[key.name], renewed) for row in rows if (renewed := _renewed(table, columns, row, done))]
        if not changed:
            continue
        with guards.lifted(connection, table.name):
            for number, values in changed:
                kept = {name: type_coerce(literal(value, LargeBinary), LargeBinary) for name, value in values.items()}
                connection.execute(table.update().where(key == number).values(kept))


def _renewed(table: Table, columns: list[str], row: Any, done: Done) -> dict[str, bytes]:
    """Return the ciphertext of `row` that must be replaced, by column."""
    found: dict[str, bytes] = {}
    for name in columns:
        if not row[name]:  # nothing there, or nothing left by an erasure
            continue
        what = f"{table.name}.{name}"
        done.add(what, held=1)
        try:
            renewed = crypto.renewed(bytes(row[name]))
        except InvalidToken:
            done.add(what, unreadable=1)
            continue
        if renewed is not None:
            found[name] = renewed
            done.add(what, renewed=1)
    return found


def _renew_households(engine: Engine, tables: dict[str, Table], batch: int, done: Done) -> None:
    """Make the hash of each home anew: it tells families of one home only where all are made with one key."""
    referral, section = tables["referral"], tables["referral_section"]
    asked = select(referral.c.id, referral.c.household_key).where(referral.c.household_key.is_not(None))
    for connection, rows in _batches(engine, referral, asked, batch):
        cipher = type_coerce(section.c.answers, LargeBinary).label("answers")
        ids = [row["id"] for row in rows]
        answers: dict[int, dict[str, Any]] = {}
        for number, kept in connection.execute(
            select(section.c.referral_id, cipher).where(section.c.referral_id.in_(ids))
        ):
            answers.setdefault(number, {}).update(_opened(kept))
        for row in rows:
            made = household.key_of(answers.get(row["id"], {}))
            if made and made != row["household_key"]:
                connection.execute(referral.update().where(referral.c.id == row["id"]).values(household_key=made))
                done.add(HOUSEHOLDS, renewed=1)


def _opened(cipher: bytes) -> dict[str, Any]:
    try:
        return json.loads(crypto.decrypt(bytes(cipher)))
    except InvalidToken:
        return {}


def _rotate_files(folder: Path, done: Done) -> None:
    for name in storage.names(folder):
        done.add(ATTACHMENTS, held=1)
        try:
            done.add(ATTACHMENTS, renewed=int(storage.renew(folder, name)))
        except InvalidToken:
            done.add(ATTACHMENTS, unreadable=1)
