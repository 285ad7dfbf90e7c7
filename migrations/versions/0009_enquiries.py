"""enquiries: calls to the Support and Advice Line.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_table(
        "enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("caller", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("explored", sa.LargeBinary(), nullable=False),
        sa.Column("advised", sa.LargeBinary(), nullable=False),
        sa.Column("signposts", sa.LargeBinary(), nullable=False),
        sa.Column("next_step", sa.String(40), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_name", sa.String(200), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "caller <> 'unnamed' OR (name = '' AND phone = '')", name=op.f("ck_enquiry_unnamed_keeps_nothing")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_enquiry_organisation_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_enquiry_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sa.UniqueConstraint("reference", name=op.f("uq_enquiry_reference")),
    )
    op.create_index("ix_enquiry_newest", "enquiry", ["organisation_id", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        own = f"{SYSTEM} OR organisation_id = {ME}"
        op.execute("ALTER TABLE enquiry ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE enquiry FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON enquiry USING ({own}) WITH CHECK ({own})")
