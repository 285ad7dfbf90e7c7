"""erasure on request: what one manager proposes and another settles; and guards that let a request's own words go.

Revision: 0041, after 0040.

A row of the register may be emptied of the columns named here once an erasure of its request is on record, as 0040 has
it for a referral's rows; copies go with either.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
SETTLED = ("is_approved", "settled_at", "settled_by_name", "comment")
SAID = ("words", "comment")
# What of a request's rows may be emptied, and the SQL for their request's id.
REQUEST = "{row}.id"
PART = "{row}.data_request_id"
ERASABLE = {
    "data_request": (("asker", "reply_to", "authority", "about", "asked"), REQUEST),
    "data_request_step": (("title", "note"), PART),
    "data_copy": (("safeguarding_why", "content"), PART),
    "data_erasure": (SAID, PART),
}
# Where a request stands may change as before (0033); a copy until it is read (0035), a proposal until it is settled.
STANDING = {
    "data_request": (*("state", "is_known", "waits_for", "acknowledged_at", "extended_at", "outcome", "answered_at"),)
}
ONCE = {"data_copy": "OLD.read_at IS NOT NULL", "data_erasure": "OLD.settled_at IS NOT NULL"}
UPDATE_GUARD = {"data_copy": "data_copy_as_read", "data_erasure": "data_erasure_as_settled"}


def upgrade() -> None:
    """Add, and open the guards as far as an erasure needs."""
    op.create_table(
        "data_erasure",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("data_request_id", sa.Integer(), nullable=False),
        sa.Column("going", sa.String(300), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_name", sa.String(200), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("settled_by_name", sa.String(200), nullable=True),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        _refers("organisation_id", "organisation"),
        _refers("data_request_id", "data_request"),
        _refers("proposed_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_erasure")),
        sa.UniqueConstraint("key", name=op.f("uq_data_erasure_key")),
    )
    op.create_index("ix_data_erasure_request", "data_erasure", ["data_request_id", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _refers(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_data_erasure_{column}"))


def _others(table: str) -> list[str]:
    """Return the columns that an erasure leaves as they are."""
    free = {*ERASABLE[table][0], *STANDING.get(table, ())}
    return [each["name"] for each in sa.inspect(op.get_bind()).get_columns(table) if each["name"] not in free]


def _watched(table: str) -> str:
    if table not in STANDING:
        return "UPDATE"
    return f"UPDATE OF {', '.join((*ERASABLE[table][0], *_others(table)))}"


def _guard_sqlite() -> None:
    for table, (emptied, request) in ERASABLE.items():
        erased = f"EXISTS (SELECT 1 FROM erasure WHERE {_erased(table, request, 'OLD')})"
        gone = [f"(NEW.{name} IS OLD.{name} OR NEW.{name} IS NULL OR NEW.{name} = x'')" for name in emptied]
        kept = [f"NEW.{name} IS OLD.{name}" for name in _others(table)]
        guard = UPDATE_GUARD.get(table, f"{table}_no_update")
        op.execute(f"DROP TRIGGER IF EXISTS {guard}")
        op.execute(
            f"CREATE TRIGGER {guard} BEFORE {_watched(table)} ON {table}"
            f" WHEN {ONCE.get(table, '1')} AND NOT ({' AND '.join([erased, *gone, *kept])})"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    for name, event, when in (
        ("no_delete", "DELETE", ""),
        ("no_replace", "INSERT", "WHEN EXISTS (SELECT 1 FROM data_erasure WHERE id = NEW.id)"),
    ):
        op.execute(
            f"CREATE TRIGGER data_erasure_{name} BEFORE {event} ON data_erasure {when}"
            " BEGIN SELECT RAISE(ABORT, 'data_erasure is append-only'); END"
        )


def _erased(table: str, request: str, row: str) -> str:
    """Return the SQL that is true of an erasure with which a row of `table` goes."""
    mine = f"(kind = 'data_request' AND subject_id = {request.format(row=row)})"
    return f"{mine} OR (kind = 'referral' AND reference = {row}.reference)" if table == "data_copy" else mine


def _guard_postgresql() -> None:
    mine = f"{SYSTEM} OR organisation_id = {ME}"
    op.execute("ALTER TABLE data_erasure ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE data_erasure FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON data_erasure USING ({mine}) WITH CHECK ({mine})")
    op.execute("REVOKE UPDATE, DELETE ON data_erasure FROM portal_app")
    op.execute(f"GRANT UPDATE ({', '.join({*SETTLED, *SAID})}) ON data_erasure TO portal_app")
    for table, (emptied, request) in ERASABLE.items():
        op.execute(_unless_erased(table, emptied, request))
        op.execute(f"GRANT UPDATE ({', '.join(emptied)}) ON {table} TO portal_app")
        op.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        guard = UPDATE_GUARD.get(table, f"{table}_unless_erased")
        op.execute(f"DROP TRIGGER IF EXISTS {guard} ON {table}")
        op.execute(
            f"CREATE TRIGGER {guard} BEFORE {_watched(table)} ON {table}"
            f" FOR EACH ROW WHEN ({ONCE.get(table, 'true')}) EXECUTE FUNCTION {table}_unless_erased()"
        )


def _unless_erased(table: str, emptied: tuple[str, ...], request: str) -> str:
    gone = " AND ".join(
        f"(NEW.{name} IS NOT DISTINCT FROM OLD.{name} OR coalesce(NEW.{name}, '') = '')" for name in emptied
    )
    kept = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _others(table))
    return f"""
CREATE FUNCTION {table}_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (EXISTS (SELECT 1 FROM erasure WHERE {_erased(table, request, "OLD")}) AND {gone} AND {kept}) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$
"""
