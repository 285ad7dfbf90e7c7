"""absences: who is away and who stands in; memberships: when mail that can wait comes.

Revision: 0047, after 0046.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"


def upgrade() -> None:
    """Add."""
    op.add_column("membership", sa.Column("mail_rhythm", sa.String(40), nullable=False, server_default="at_once"))
    op.add_column("membership", sa.Column("digest_on", sa.Date(), nullable=True))
    op.create_table(
        "absence",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        _refers("organisation_id", "organisation"),
        _refers("user_id", "user_account"),
        _refers("deputy_id", "user_account"),
        _refers("made_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("key", name=op.f("uq_absence_key")),
    )
    op.create_index("ix_absence_deputy", "absence", ["deputy_id", "organisation_id"], unique=False)
    op.create_index("ix_absence_user", "absence", ["user_id", "organisation_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        own = f"{SYSTEM} OR organisation_id = {ME}"
        op.execute("ALTER TABLE absence ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE absence FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON absence USING ({own}) WITH CHECK ({own})")


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_absence_{column}"))
