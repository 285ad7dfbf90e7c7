"""statutory_referral: what KSAF has told a front door, and what came of it.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_table(
        "statutory_referral",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("owner_organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(40), nullable=False),
        sa.Column("to_name", sa.String(200), nullable=False),
        sa.Column("is_about_staff", sa.Boolean(), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("spoke_to", sa.LargeBinary(), nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("basis_why", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("authorised_by", sa.String(200), nullable=True),
        sa.Column("is_family_told", sa.Boolean(), nullable=True),
        sa.Column("not_told_why", sa.LargeBinary(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("confirmed_by_name", sa.String(200), nullable=True),
        sa.Column("acknowledged_at", UTCDateTime(), nullable=True),
        sa.Column("acknowledged_by_name", sa.String(200), nullable=True),
        sa.Column("their_reference", sa.String(100), nullable=True),
        sa.Column("asked_after", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("outcome_at", UTCDateTime(), nullable=True),
        sa.Column("outcome_by_name", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_statutory_referral_owner_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_statutory_referral_organisation_id")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_statutory_referral_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statutory_referral")),
        sa.UniqueConstraint("key", name=op.f("uq_statutory_referral_key")),
    )
    op.create_index("ix_statutory_referral_referral", "statutory_referral", ["referral_id", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _guard("statutory_referral")


def _guard(table: str) -> None:
    """Let KSAF alone reach what it has told a front door: the referral's other parties read nothing of it."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    mine = f"{SYSTEM} OR organisation_id = {ME}"
    op.execute(f"CREATE POLICY own_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
