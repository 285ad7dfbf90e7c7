"""A million referrals in minutes: a block that is there already, repeated by the database itself, on SQLite.

`tests.factories.many` builds every row in Python, which takes hours for a million referrals. Here each table is one
INSERT … SELECT, and its indexes are made once all rows are in.
"""
# ruff: noqa: S608 - the names are those of our own tables and columns

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table

from portal import references, tables
from portal.referrals.rules import ENDED, State

_FAST = ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1000000", "temp_store=MEMORY")
"""Nothing of it has to survive a crash: a stage that is not finished is made again."""


def repeat(path: Path, total: int, names: tuple[str, ...], later: datetime) -> int:
    """Repeat the ended referrals of the database at `path`, with their rows in the tables `names`, up to `total`.

    A million are years of work: what is open stays as it is, and what grows is what has been.

    `names` begin with `referral`; what hangs on a row comes after it. A copy has its original's owner and state, a
    reference and a family name of its own, and its prompts are due at `later`. The last round is whole, so there may be
    a few more. Nobody else may have the database open. Returns the number of rows added.
    """
    wanted = [tables.metadata.tables[name] for name in names]
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in ("journal_mode=DELETE", *_FAST):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("begin")
        steps = {each.name: _number(connection, f"select max(id) from {each.name}") for each in wanted}
        for each in wanted:
            connection.execute(f"create temp table block_{each.name} as {_block(each, steps)}")
        _name_copies(connection, total)
        indexes = _dropped_indexes(connection, wanted)
        added = sum(
            connection.execute(_copies(each, steps), {"later": f"{later:%Y-%m-%d %H:%M:%S.%f}"}).rowcount
            for each in wanted
        )
        for statement in indexes:
            connection.execute(statement)
        connection.execute("commit")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    return added


def _number(connection: sqlite3.Connection, query: str) -> int:
    return connection.execute(query).fetchone()[0] or 0


def _pointers(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the columns that hold another row's id, with that row's table."""
    for key in table.foreign_keys:
        if key.column.name == "id":
            yield key.parent.name, key.column.table.name


def _block(table: Table, steps: dict[str, int]) -> str:
    """Return the select of the rows of `table` that are about a referral, and so are repeated."""
    about = [
        f"({column} is null or {column} in (select id from block_{target}))"
        for column, target in _pointers(table)
        if target in steps and target != table.name
    ]
    if table.name == "referral":
        about.append(f"state in ({', '.join(repr(each.value) for each in sorted(ENDED - {State.DISCARDED}))})")
    elif "reference" in table.columns:
        about.append("reference in (select reference from block_referral)")
    return f"select * from {table.name} where {' and '.join(about) or 'true'}"


def _name_copies(connection: sqlite3.Connection, total: int) -> None:
    """Give each copy of each referral its reference, in the table `named`."""
    there = {row[0] for row in connection.execute("select reference from referral")}
    originals = [row[0] for row in connection.execute("select reference from block_referral order by id")]
    rounds = -(-(total - len(there)) // len(originals))
    fresh = set[str]()
    while len(fresh) < rounds * len(originals):
        fresh |= {references.new()} - there
    connection.execute("create temp table named (n integer, original text, reference text, primary key (n, original))")
    copies = ((n, each, fresh.pop()) for n in range(1, rounds + 1) for each in originals)
    connection.executemany("insert into named values (?, ?, ?)", copies)
    connection.execute("create temp table round as select distinct n from named order by n")


def _copies(table: Table, steps: dict[str, int]) -> str:
    """Return the INSERT of all copies of the block of `table`: the ids of each round begin where the last one ended."""
    values = {column.name: f"block.{column.name}" for column in table.columns}
    values["id"] = f"block.id + round.n * {steps[table.name]}"
    for column, target in _pointers(table):
        if target in steps:
            values[column] = f"block.{column} + round.n * {steps[target]}"
    if "subject_type" in values:
        moved = " ".join(f"when '{target}' then round.n * {step}" for target, step in steps.items())
        values["subject_id"] = f"block.subject_id + case block.subject_type {moved} else 0 end"
    if "child_family_name" in values:
        values["child_family_name"] = f"'Copy' || ({values['id']}) || ' ' || block.child_family_name"
        values["child_family_key"] = f"lower({values['child_family_name']})"
    if "fires_at" in values:
        values["fires_at"] = ":later"
    # A moment apart, as in life: what happened at the same microsecond a thousand times no index can tell apart.
    for name, direction in (("last_change_at", "-"), ("next_due_at", "+")):
        if table.name == "referral":
            values[name] = f"strftime('%Y-%m-%d %H:%M:%f000', block.{name}, '{direction}' || round.n || ' minutes')"
    joined = ""
    if "reference" in values:
        values["reference"] = "named.reference"
        joined = "join named on named.n = round.n and named.original = block.reference"
    read = ", ".join(values.values())
    columns = ", ".join(f'"{name}"' for name in values)
    return f"insert into {table.name} ({columns}) select {read} from round cross join block_{table.name} block {joined}"


def _dropped_indexes(connection: sqlite3.Connection, wanted: list[Table]) -> list[str]:
    """Drop the indexes of the tables `wanted`; return the statements that make them again."""
    found = [
        row
        for each in wanted
        for row in connection.execute(
            "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name = ?",
            (each.name,),
        )
    ]
    for name, _ in found:
        connection.execute(f"drop index {name}")
    return [statement for _, statement in found]
