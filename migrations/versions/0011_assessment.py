"""assessment: what KSAF finds about a family, and the level of need.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_table(
        "assessment",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("signs", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_by_name", sa.String(200), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_assessment_organisation_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("referral_id", "version", name=op.f("uq_assessment_referral_id_version")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard("assessment")


def _guard(table: str) -> None:
    """Let an organisation reach the rows of the referrals it is a party to, as 0006 does."""
    rows = (
        f"organisation_id = {ME} OR EXISTS (SELECT 1 FROM referral_party party"
        f" WHERE party.referral_id = {table}.referral_id AND party.organisation_id = {ME}"
        " AND (party.valid_to IS NULL OR party.valid_to > now()))"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON {table} USING ({SYSTEM} OR {rows}) WITH CHECK ({SYSTEM} OR {rows})")
