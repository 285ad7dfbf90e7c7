"""change of school: what KSAF is told, until when whoever sent a referral sees it, and what is kept from them.

Revision: 0042, after 0041.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
PARTY = f"organisation_id = {ME} OR (owner_organisation_id = {ME} AND NOT is_kept_from_sender)"


def upgrade() -> None:
    """Add; nobody's access ends by this."""
    op.add_column("referral", sa.Column("sender_until", UTCDateTime(), nullable=True))
    op.add_column(
        "referral_party", sa.Column("is_kept_from_sender", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _add_move()
    if op.get_bind().dialect.name == "postgresql":
        mine = f"{SYSTEM} OR organisation_id = {ME}"
        op.execute("ALTER TABLE school_move ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE school_move FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON school_move USING ({mine}) WITH CHECK ({mine})")
        op.execute(f"ALTER POLICY own_rows ON referral_party USING ({SYSTEM} OR {PARTY})")


def _add_move() -> None:
    op.create_table(
        "school_move",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("to_organisation_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(200), nullable=False),
        sa.Column("said_by", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_name", sa.String(200), nullable=False),
        sa.Column("recorded_for_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("new_school", sa.String(40), nullable=True),
        sa.Column("not_shared_why", sa.LargeBinary(), nullable=True),
        sa.Column("new_school_by_name", sa.String(200), nullable=True),
        sa.Column("new_school_at", UTCDateTime(), nullable=True),
        sa.Column("access_until", UTCDateTime(), nullable=True),
        sa.Column("access_by_name", sa.String(200), nullable=True),
        sa.Column("access_let_go_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_school_move_owner_organisation_id_referral_id"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_school_move_{column}"))
            for column, to in (
                ("organisation_id", "organisation"),
                ("to_organisation_id", "organisation"),
                ("recorded_by_id", "user_account"),
                ("recorded_for_id", "organisation"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_move")),
    )
    op.create_index("ix_school_move_referral", "school_move", ["referral_id", "id"], unique=False)
    op.create_index("ix_school_move_ending", "school_move", ["access_until", "access_let_go_at"], unique=False)
