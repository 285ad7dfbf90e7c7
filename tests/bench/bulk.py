"""A million referrals in minutes: a block that is there already, repeated by the database itself, on either engine.

`tests.factories.many` builds every row in Python, which takes hours for a million referrals. Here each round of copies
is one INSERT … SELECT a table, and the indexes are made once all rows are in.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    case,
    cast,
    create_engine,
    func,
    insert,
    literal,
    or_,
    select,
)

from portal import references, tables
from portal.referrals.rules import ENDED, State
from tests.factories.many import move_sequences

_BEFORE = {
    "sqlite": tuple(
        f"PRAGMA {each}"
        for each in (
            *("journal_mode=DELETE", "journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF"),
            *("cache_size=-2000000", "temp_store=MEMORY", "threads=2"),
        )
    ),
    # No triggers and no foreign keys; the server itself keeps nothing safe (tests/postgres.py).
    "postgresql": ("SET session_replication_role = replica",),
}
"""Nothing of it has to survive a crash: a stage that is not finished is made again."""
_AFTER = {"sqlite": ("PRAGMA journal_mode=WAL",), "postgresql": ()}

_N = bindparam("n", type_=Integer)


def repeat(url: str, total: int, names: tuple[str, ...], later: datetime) -> int:
    """Repeat the ended referrals of the database at `url`, with their rows in the tables `names`, up to `total`.

    A million are years of work: what is open stays as it is, and what grows is what has been.

    `names` begin with `referral`; what hangs on a row comes after it. A copy has its original's owner and state, a
    reference and a family name of its own, and its prompts are due at `later`. The last round is whole, so there may be
    a few more. Nobody else may have the database open, and `url` is its owner's. Returns the number of rows added.
    """
    wanted = [tables.metadata.tables[name] for name in names]
    engine = create_engine(url, isolation_level="AUTOCOMMIT", execution_options={"preserve_rowcount": True})
    with engine.connect() as connection:
        for statement in _BEFORE[engine.dialect.name]:
            connection.exec_driver_sql(statement)
        blocks: dict[str, Table] = {}
        for each in wanted:
            blocks[each.name] = _block(connection, each, blocks)
        named, rounds = _name_copies(connection, total, blocks["referral"])
        steps = {each.name: connection.scalar(select(func.max(each.c.id))) for each in wanted}
        indexes = [index for each in wanted for index in sorted(each.indexes, key=lambda index: str(index.name))]
        for index in indexes:
            index.drop(connection)
        copies = [_copies(each, blocks, steps, named, later) for each in wanted]
        connection.exec_driver_sql("BEGIN")
        added = sum(connection.execute(copy, {"n": n}).rowcount for n in range(1, rounds + 1) for copy in copies)
        connection.exec_driver_sql("COMMIT")
        for index in indexes:
            index.create(connection)
        if engine.dialect.name == "postgresql":
            move_sequences(connection)
        for statement in _AFTER[engine.dialect.name]:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return added


def _pointers(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the columns that hold another row's id, with that row's table."""
    for key in table.foreign_keys:
        if key.column.name == "id":
            yield key.parent.name, key.column.table.name


def _temporary(connection: Connection, name: str, *columns: Column[Any]) -> Table:
    made = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
    made.create(connection)
    return made


def _block(connection: Connection, table: Table, blocks: dict[str, Table]) -> Table:
    """Set aside the rows of `table` that are about a referral, and so are repeated."""
    name = f"block_{table.name}"
    columns = (Column(each.name, each.type, primary_key=each.primary_key) for each in table.columns)
    block = _temporary(connection, name, *columns)
    connection.execute(insert(block).from_select(list(table.columns.keys()), _about(table, blocks)))
    connection.exec_driver_sql(f"ANALYZE {name}")
    return block


def _about(table: Table, blocks: dict[str, Table]) -> Select[Any]:
    if table.name == "referral":
        return select(table).where(table.c.state.in_(ENDED - {State.DISCARDED}))
    chosen = select(table)
    for column, target in _pointers(table):
        if target in blocks:
            chosen = chosen.where(or_(table.c[column].is_(None), table.c[column].in_(select(blocks[target].c.id))))
    if "reference" in table.columns:
        chosen = chosen.where(table.c.reference.in_(select(blocks["referral"].c.reference)))
    return chosen


def _name_copies(connection: Connection, total: int, block: Table) -> tuple[Table, int]:
    """Give each copy of each referral its reference and its place in time; return their table and how many rounds.

    The copies are a minute apart, as in life: what happened at the same microsecond a thousand times no index can tell
    apart.
    """
    times = (block.c.last_change_at, block.c.next_due_at)
    named = _temporary(
        connection,
        "named",
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("original", String, primary_key=True),
        Column("reference", String),
        *(Column(each.name, each.type) for each in times),
    )
    there = set(connection.scalars(select(tables.metadata.tables["referral"].c.reference)))
    originals = connection.execute(select(block.c.reference, *times).order_by(block.c.id)).all()
    rounds = -(-(total - len(there)) // len(originals))
    for n in range(1, rounds + 1):
        apart, fresh = timedelta(minutes=n), set[str]()
        while len(fresh) < len(originals):
            fresh |= {references.new()} - there
        there |= fresh
        rows = [
            {
                "n": n,
                "original": original,
                "reference": fresh.pop(),
                "last_change_at": changed - apart,
                "next_due_at": due and due + apart,
            }
            for original, changed, due in originals
        ]
        connection.execute(insert(named), rows)
    connection.exec_driver_sql("ANALYZE named")
    return named, rounds


def _copies(table: Table, blocks: dict[str, Table], steps: dict[str, Any], named: Table, later: datetime) -> Insert:
    """Return the INSERT of the `n`th copy of the block of `table`: its ids begin where the last one's ended."""
    block = blocks[table.name]
    values: dict[str, ColumnElement[Any]] = {**block.c}
    values["id"] = block.c.id + _N * steps[table.name]
    for column, target in _pointers(table):
        if target in steps:
            values[column] = block.c[column] + _N * steps[target]
    if "subject_type" in values:
        step = case(*((block.c.subject_type == target, step) for target, step in steps.items()), else_=0)
        values["subject_id"] = block.c.subject_id + _N * step
    if "child_family_name" in values:
        values["child_family_name"] = literal("Copy") + cast(values["id"], String) + " " + block.c.child_family_name
        values["child_family_key"] = func.lower(values["child_family_name"])
    if "fires_at" in values:
        values["fires_at"] = literal(later, block.c.fires_at.type)
    chosen = block
    if "reference" in values:
        chosen = block.join(named, (named.c.original == block.c.reference) & (named.c.n == _N))
        values["reference"] = named.c.reference
    if table.name == "referral":
        values |= {"last_change_at": named.c.last_change_at, "next_due_at": named.c.next_due_at}
    # In the order of their ids, which is the table's own on SQLite and costs nothing to keep.
    rows = select(*values.values()).select_from(chosen).order_by(block.c.id)
    return insert(table).from_select(list(values), rows)
