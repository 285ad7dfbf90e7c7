"""signposts: families pointed to the line, and the calls that KSAF owes.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"


def upgrade() -> None:
    """Add; migrations never take away."""
    _add_signposts()
    _add_call_backs()
    if op.get_bind().dialect.name == "postgresql":
        _guard("signpost", f"organisation_id = {ME} OR operator_id = {ME}")
        _guard("call_back", f"organisation_id = {ME}")


def _guard(table: str, own: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON {table} USING ({SYSTEM} OR {own}) WITH CHECK ({SYSTEM} OR {own})")


def _add_signposts() -> None:
    op.create_table(
        "signpost",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("need", sa.String(40), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.Column("call_by", UTCDateTime(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signpost_organisation_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["organisation.id"], name=op.f("fk_signpost_operator_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_signpost_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signpost")),
        sa.UniqueConstraint("reference", name=op.f("uq_signpost_reference")),
    )
    op.create_index("ix_signpost_newest", "signpost", ["organisation_id", "id"], unique=False)
    op.create_index("ix_signpost_operator", "signpost", ["operator_id", "id"], unique=False)


def _add_call_backs() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("signpost_id", sa.Integer(), nullable=True),
        sa.Column("enquiry_id", sa.Integer(), nullable=True),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("preferred_time", sa.String(20), nullable=False),
        sa.Column("may_leave_message", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_by_name", sa.String(200), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ending", sa.String(40), nullable=True),
        sa.Column("logged_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "signpost_id IS NOT NULL OR enquiry_id IS NOT NULL OR referral_id IS NOT NULL",
            name=op.f("ck_call_back_comes_from_somewhere"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_call_back_{column}"))
            for column, table in (
                ("organisation_id", "organisation"),
                ("signpost_id", "signpost"),
                ("enquiry_id", "enquiry"),
                ("referral_id", "referral"),
                ("taken_by_id", "user_account"),
                ("logged_id", "enquiry"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    op.create_index("ix_call_back_open", "call_back", ["organisation_id", "ended_at", "due_at"], unique=False)
    op.create_index("ix_call_back_reference", "call_back", ["reference"], unique=False)
