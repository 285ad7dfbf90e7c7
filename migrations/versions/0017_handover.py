"""handover: the link by which a service without an account answers an offer.

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"


def upgrade() -> None:
    """Add; migrations never take away."""
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("to_kind", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("answered_by_role", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("family_contact", sa.LargeBinary(), nullable=True))
    _add_table()
    if op.get_bind().dialect.name == "postgresql":
        _guard("handover")


def _add_table() -> None:
    op.create_table(
        "handover",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("code_expires_at", UTCDateTime(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("proof_hash", sa.String(64), nullable=True),
        sa.Column("proved_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_handover_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_handover_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_handover_key_hash")),
    )
    op.create_index("ix_handover_transfer", "handover", ["transfer_id", "id"], unique=False)


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
