"""copies of records made for a request about personal data, as they are given.

Revision: 0035, after 0034.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
# Set once, when somebody has read it.
READ = ("content", "read_at", "read_by_name")


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_table(
        "data_copy",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("data_request_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("gives_safeguarding", sa.Boolean(), nullable=False),
        sa.Column("safeguarding_why", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("prepared_at", UTCDateTime(), nullable=False),
        sa.Column("prepared_by_name", sa.String(200), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.Column("read_by_name", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_data_copy_organisation_id")),
        sa.ForeignKeyConstraint(["data_request_id"], ["data_request.id"], name=op.f("fk_data_copy_data_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_copy")),
        sa.UniqueConstraint("key", name=op.f("uq_data_copy_key")),
    )
    op.create_index("ix_data_copy_request", "data_copy", ["data_request_id", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_postgresql() -> None:
    """Let KSAF alone reach them; what was read is changed no more, and nothing is removed."""
    mine = f"{SYSTEM} OR organisation_id = {ME}"
    op.execute("ALTER TABLE data_copy ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE data_copy FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON data_copy USING ({mine}) WITH CHECK ({mine})")
    op.execute("REVOKE UPDATE, DELETE ON data_copy FROM portal_app")
    op.execute(f"GRANT UPDATE ({', '.join(READ)}) ON data_copy TO portal_app")
    op.execute(
        "CREATE TRIGGER data_copy_as_read BEFORE UPDATE ON data_copy FOR EACH ROW"
        " WHEN (OLD.read_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER data_copy_append_only BEFORE DELETE OR TRUNCATE ON data_copy"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _guard_sqlite() -> None:
    for name, event, when in (
        ("as_read", "UPDATE", "WHEN OLD.read_at IS NOT NULL"),
        ("no_delete", "DELETE", ""),
        ("no_replace", "INSERT", "WHEN EXISTS (SELECT 1 FROM data_copy WHERE id = NEW.id)"),
    ):
        op.execute(
            f"CREATE TRIGGER data_copy_{name} BEFORE {event} ON data_copy {when}"
            f" BEGIN SELECT RAISE(ABORT, 'data_copy is append-only'); END"
        )
