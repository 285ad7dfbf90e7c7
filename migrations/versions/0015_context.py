"""context: questions about attendance to the family or a school, before a decision.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
PARTY = (
    f"organisation_id = {ME} OR EXISTS (SELECT 1 FROM referral_party party"
    f" WHERE party.referral_id = context_request.referral_id AND party.organisation_id = {ME}"
    " AND (party.valid_to IS NULL OR party.valid_to > now()))"
)


def upgrade() -> None:
    """Add; migrations never take away."""
    _add_table()
    if op.get_bind().dialect.name == "postgresql":
        _guard()


def _add_table() -> None:
    op.create_table(
        "context_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("to_organisation_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(200), nullable=False),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_name", sa.String(200), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("said_by", sa.String(200), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_context_request_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"], ["organisation.id"], name=op.f("fk_context_request_to_organisation_id")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"], name=op.f("fk_context_request_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_context_request")),
    )
    op.create_index("ix_context_request_referral", "context_request", ["referral_id", "id"], unique=False)
    op.create_index("ix_context_request_asked", "context_request", ["to_organisation_id", "reference"], unique=False)


def _guard() -> None:
    """Let the referral's parties and the school that is asked reach a question; only the parties make one."""
    rows = f"{SYSTEM} OR {PARTY} OR to_organisation_id = {ME}"
    op.execute("ALTER TABLE context_request ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE context_request FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON context_request USING ({rows}) WITH CHECK ({rows})")
    op.execute(
        f"CREATE POLICY made_by_parties ON context_request AS RESTRICTIVE FOR INSERT WITH CHECK ({SYSTEM} OR {PARTY})"
    )
