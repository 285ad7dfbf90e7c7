"""call_tries: what came of dialling a call that is owed.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_table(
        "call_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("call_back_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.Column("tried_at", UTCDateTime(), nullable=False),
        sa.Column("tried_by_id", sa.Integer(), nullable=False),
        sa.Column("tried_by_name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_call_try_organisation_id")),
        sa.ForeignKeyConstraint(["call_back_id"], ["call_back.id"], name=op.f("fk_call_try_call_back_id")),
        sa.ForeignKeyConstraint(["tried_by_id"], ["user_account.id"], name=op.f("fk_call_try_tried_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_try")),
    )
    op.create_index("ix_call_try_call_back", "call_try", ["call_back_id", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        own = f"{SYSTEM} OR organisation_id = {ME}"
        op.execute("ALTER TABLE call_try ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE call_try FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON call_try USING ({own}) WITH CHECK ({own})")
