"""disagreements: a decision challenged, what its two sides say at each stage, and the files that go with it.

Revision: 0043, after 0042.

A row opens to the two sides alone, while each is a party to the referral. What was challenged and what was said never
changes, save that an erasure of the referral empties the words.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
TABLES = ("disagreement", "disagreement_entry", "disagreement_file")
# What an erasure empties, and where a disagreement stands: nothing else of these tables ever changes.
ERASABLE = {
    "disagreement": ("decided", "wanted"),
    "disagreement_entry": ("said",),
    "disagreement_file": ("filename", "digest"),
}
STANDING = {
    "disagreement": ("state", "stage", "turn", "stage_since", "outcome", "ended_at", "ended_by_name"),
    "disagreement_file": ("removed_at",),
}


def upgrade() -> None:
    """Add; migrations never take away."""
    _add_disagreement()
    _add_entry()
    _add_file()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _sides(table: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    """Return what ties a row to its referral and to its two sides."""
    return [
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("challenger_id", sa.Integer(), nullable=False),
        sa.Column("answerer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f(f"fk_{table}_organisation_id_referral_id"),
        ),
        _refers(table, "challenger_id", "organisation"),
        _refers(table, "answerer_id", "organisation"),
    ]


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _add_disagreement() -> None:
    op.create_table(
        "disagreement",
        *_sides("disagreement"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("to_name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("decided", sa.LargeBinary(), nullable=False),
        sa.Column("wanted", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("raised_by_name", sa.String(200), nullable=False),
        sa.Column("raised_by_organisation", sa.String(200), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("turn", sa.String(40), nullable=False),
        sa.Column("stage_since", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_name", sa.String(200), nullable=True),
        _refers("disagreement", "raised_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disagreement")),
        sa.UniqueConstraint("reference", name=op.f("uq_disagreement_reference")),
    )
    op.create_index("ix_disagreement_referral", "disagreement", ["referral_id", "id"], unique=False)
    op.create_index("ix_disagreement_challenger", "disagreement", ["challenger_id", "state", "id"], unique=False)
    op.create_index("ix_disagreement_answerer", "disagreement", ["answerer_id", "state", "id"], unique=False)
    op.create_index(
        "ix_disagreement_open",
        "disagreement",
        ["referral_id", "kind", "challenger_id", "answerer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )


def _add_entry() -> None:
    op.create_table(
        "disagreement_entry",
        *_sides("disagreement_entry"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("disagreement_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("stance", sa.String(40), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("said_by_name", sa.String(200), nullable=False),
        sa.Column("said_by_organisation", sa.String(200), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_name", sa.String(200), nullable=False),
        _refers("disagreement_entry", "disagreement_id", "disagreement"),
        _refers("disagreement_entry", "recorded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disagreement_entry")),
    )
    op.create_index("ix_disagreement_entry_of", "disagreement_entry", ["disagreement_id", "id"], unique=False)


def _add_file() -> None:
    op.create_table(
        "disagreement_file",
        *_sides("disagreement_file"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("disagreement_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("stored_name", sa.String(64), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_name", sa.String(200), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        _refers("disagreement_file", "disagreement_id", "disagreement"),
        _refers("disagreement_file", "entry_id", "disagreement_entry"),
        _refers("disagreement_file", "uploaded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disagreement_file")),
        sa.UniqueConstraint("key", name=op.f("uq_disagreement_file_key")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_disagreement_file_stored_name")),
    )
    op.create_index("ix_disagreement_file_of", "disagreement_file", ["disagreement_id", "id"], unique=False)


def _others(table: str) -> list[str]:
    """Return the columns that never change."""
    free = {*ERASABLE[table], *STANDING.get(table, ())}
    return [each["name"] for each in sa.inspect(op.get_bind()).get_columns(table) if each["name"] not in free]


def _watched(table: str) -> str:
    return f"UPDATE OF {', '.join((*ERASABLE[table], *_others(table)))}"


def _guard_postgresql() -> None:
    """Let the two sides alone reach a row; refuse to change what was said, unless its referral was erased (0040)."""
    for table in TABLES:
        party = (
            f"EXISTS (SELECT 1 FROM referral_party AS party WHERE party.referral_id = {table}.referral_id"
            f" AND party.organisation_id = {ME} AND (party.valid_to IS NULL OR party.valid_to > now()))"
        )
        mine = f"{SYSTEM} OR ({ME} IN (challenger_id, answerer_id) AND {party})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
        changing = ", ".join((*ERASABLE[table], *STANDING.get(table, ())))
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM portal_app")
        op.execute(f"GRANT UPDATE ({changing}) ON {table} TO portal_app")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_unless_erased BEFORE {_watched(table)} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION refuse_unless_erased('{','.join(ERASABLE[table])}', '', '')"
        )


def _guard_sqlite() -> None:
    for table in TABLES:
        erased = "EXISTS (SELECT 1 FROM erasure WHERE kind = 'referral' AND subject_id = OLD.referral_id)"
        gone = [f"(NEW.{name} IS OLD.{name} OR NEW.{name} = '' OR NEW.{name} = x'')" for name in ERASABLE[table]]
        kept = [f"NEW.{name} IS OLD.{name}" for name in _others(table)]
        for name, event, when in (
            ("no_update", _watched(table), f"WHEN NOT ({' AND '.join([erased, *gone, *kept])})"),
            ("no_delete", "DELETE", ""),
            # INSERT OR REPLACE deletes the old row without firing the delete trigger.
            ("no_replace", "INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"),
        ):
            op.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {when}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
