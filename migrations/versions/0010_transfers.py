"""transfers: offers of a family to another service.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
PARTY = (
    f"organisation_id = {ME} OR EXISTS (SELECT 1 FROM referral_party party"
    f" WHERE party.referral_id = transfer.referral_id AND party.organisation_id = {ME}"
    " AND (party.valid_to IS NULL OR party.valid_to > now()))"
)


def upgrade() -> None:
    """Add; migrations never take away."""
    _add_table()
    if op.get_bind().dialect.name == "postgresql":
        _guard()


def _add_table() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("to_organisation_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(200), nullable=False),
        sa.Column("to_email", sa.String(254), nullable=True),
        sa.Column("to_phone", sa.String(40), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("basis_why", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("offered_at", UTCDateTime(), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=False),
        sa.Column("offered_by_name", sa.String(200), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answered_by_name", sa.String(200), nullable=True),
        sa.Column("answer_why", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "to_organisation_id IS NOT NULL OR to_email IS NOT NULL", name=op.f("ck_transfer_reaches_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_transfer_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"], ["organisation.id"], name=op.f("fk_transfer_to_organisation_id")
        ),
        sa.ForeignKeyConstraint(["offered_by_id"], ["user_account.id"], name=op.f("fk_transfer_offered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("key", name=op.f("uq_transfer_key")),
    )
    op.create_index("ix_transfer_referral", "transfer", ["referral_id", "id"], unique=False)
    op.create_index("ix_transfer_receiver", "transfer", ["to_organisation_id", "state", "id"], unique=False)


def _guard() -> None:
    """Let the referral's parties and the service it is offered to reach an offer; only the parties make one."""
    rows = f"{SYSTEM} OR {PARTY} OR to_organisation_id = {ME}"
    op.execute("ALTER TABLE transfer ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE transfer FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON transfer USING ({rows}) WITH CHECK ({rows})")
    op.execute(f"CREATE POLICY made_by_parties ON transfer AS RESTRICTIVE FOR INSERT WITH CHECK ({SYSTEM} OR {PARTY})")
