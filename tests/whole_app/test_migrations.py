"""The migrations make exactly the tables of the models, on both engines, and lose nothing on the way."""

import ast
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, Table, create_engine, insert, select

from portal import crypto, db, schema, tables
from portal.referrals.files import storage
from tests import postgres
from tests.conftest import MONDAY
from tests.factories import world as worlds

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = sorted((ROOT / "migrations/versions").glob("*.py"))
RELEASED = "0006"
"""The newest migration of the first release: what is in a database at this number must come through every later one."""


@pytest.fixture
def empty(engine_name, request, tmp_path, worker_id) -> str:
    """The address of a database that has had no migration, on each engine in turn."""
    if engine_name == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    base = request.getfixturevalue("tmp_path_factory").getbasetemp()
    server = postgres.server_url(base if worker_id == "master" else base.parent)
    return postgres.create_database(server, f"migrated_{worker_id}")


def test_every_migration_is_numbered_follows_the_last_and_only_goes_up():
    before = None
    for path in VERSIONS:
        written = ast.parse(path.read_text(encoding="utf-8"))
        given = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in written.body
            if isinstance(node, ast.Assign) and node.targets[0].id in {"revision", "down_revision"}
        }
        assert re.fullmatch(r"\d{4}_[a-z0-9_]+", path.stem)
        assert given["revision"] == path.stem[:4]
        assert given["down_revision"] == before
        assert "downgrade" not in {node.name for node in written.body if isinstance(node, ast.FunctionDef)}
        assert ast.get_docstring(written), f"{path.name} does not say what it is for"
        before = given["revision"]


def test_from_nothing_to_what_the_models_say(empty):
    schema.migrate(empty)
    engine = create_engine(empty)
    with engine.connect() as connection:
        options = {"compare_type": True, "target_metadata": tables.metadata}
        difference = compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)
    engine.dispose()
    assert difference == []


def test_a_second_run_finds_nothing_to_do(empty):
    schema.migrate(empty)
    schema.migrate(empty)
    engine = create_engine(empty)
    assert schema.current(engine) == schema.newest()
    engine.dispose()


def test_what_the_first_release_holds_comes_through(database: db.Database, moment, tmp_path, empty):
    storage.use_folder(tmp_path / "attachments")
    worlds.build(database)
    _upgrade(empty, RELEASED)
    target = create_engine(empty)
    known = MetaData()
    known.reflect(target)
    held = _rows(database.engine, known)
    # Until 0008 every accepted referral was in one state, and nobody's move.
    later = {row["id"]: (row["state"], row["waiting_on"]) for row in held["referral"]}
    # A family that was given advice then was told to call: KSAF owes it no call, as it does since.
    later |= {number: (state, "nobody") for number, (state, _) in later.items() if state == "advice"}
    for row in held["referral"]:
        if row["state"] in {"advice", "accepted", "handing_over"}:
            row["state"], row["waiting_on"] = "accepted", "nobody"
    _put(target, known, held)
    before = _rows(target, known)
    schema.migrate(empty)
    after = _rows(target, known)
    assert _grounds(target) == _grounds(database.engine)
    target.dispose()
    assert sum(map(len, before.values())) > 300
    assert {name: len(rows) for name, rows in before.items()} == {name: len(rows) for name, rows in held.items()}
    assert {row["id"]: (row["state"], row["waiting_on"]) for row in after["referral"]} == later
    for rows in (before, after):
        for row in rows["referral"]:
            del row["state"], row["waiting_on"]
    assert after == before
    print(f"{sum(map(len, after.values()))} rows of {len(after)} tables came through")


def _grounds(engine: Engine) -> list[tuple[int, str]]:
    """Return what lets each organisation see each referral, which no release before 0022 wrote down."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET app.system = 'on'")
        rows = connection.exec_driver_sql("SELECT id, ground FROM referral_party ORDER BY id").all()
    assert {ground for _, ground in rows} >= {"own", "asked"}
    return [(number, ground) for number, ground in rows]


def _upgrade(url: str, to: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        settings = Config(str(ROOT / "migrations/alembic.ini"))
        settings.attributes["connection"] = connection
        command.upgrade(settings, to)
    engine.dispose()


def _rows(engine: Engine, known: MetaData) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the tables `known`, in the columns it knows."""
    with engine.connect() as connection:
        return {
            table.name: [
                row._asdict() for row in connection.execute(select(*table.columns).order_by(*table.primary_key))
            ]
            for table in known.sorted_tables
            if table.name != "alembic_version"
        }


def _put(engine: Engine, known: MetaData, held: dict[str, list[dict[str, Any]]]) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        for table in known.sorted_tables:
            if held.get(table.name):
                connection.execute(insert(table), held[table.name])


def test_words_that_were_readable_come_through_encrypted(empty):
    _upgrade(empty, "0037")
    engine, known = create_engine(empty), MetaData()
    known.reflect(engine)
    deadlines = [_filled(known.tables["deadline"], id=number, ended_why=f"Met {number}") for number in range(1, 1003)]
    deadlines.append(_filled(known.tables["deadline"], id=1003, ended_why=None))
    calls = [_filled(known.tables["call_back"], id=1, signpost_id=1, preferred_time="midday")]
    _put(engine, known, {"deadline": deadlines, "call_back": calls})
    schema.migrate(empty)
    after = MetaData()
    after.reflect(engine)
    rows = _rows(engine, after)
    engine.dispose()
    assert {row["ended_why"] for row in rows["deadline"]} == {None}
    told = [row["ended_words"] and crypto.decrypt(bytes(row["ended_words"])).decode() for row in rows["deadline"]]
    assert told == [*(f"Met {number}" for number in range(1, 1003)), None]
    [call] = rows["call_back"]
    assert (call["preferred_time"], crypto.decrypt(bytes(call["preferred_words"]))) == ("", b"midday")


def _filled(table: Table, **given: Any) -> dict[str, Any]:
    """Return a row of `table` in which each column that must hold something does."""
    plain = {int: 1, str: "x", bool: False, bytes: b"x", datetime: MONDAY}
    needed = {each.name: plain[each.type.python_type] for each in table.columns if not each.nullable}
    return needed | given
