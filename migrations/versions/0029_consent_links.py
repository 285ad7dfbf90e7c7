"""consent links: the family's own page, and entries of the ledger that the family itself makes.

Revision: 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
LEDGER = "consent_event"


def upgrade() -> None:
    """Add and relax; migrations never take away."""
    # SQLite relaxes a column by copying its table, which loses the guards that 0006 put on it.
    with op.batch_alter_table(LEDGER, schema=None) as batch_op:
        batch_op.alter_column("recorded_by_id", existing_type=sa.Integer(), nullable=True)
    _add_table()
    if op.get_bind().dialect.name == "postgresql":
        _guard("consent_link")
    else:
        _guard_ledger_again()


def _add_table() -> None:
    op.create_table(
        "consent_link",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("thread", sa.String(40), nullable=False),
        sa.Column("for_whom", sa.String(40), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("made_for_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("remind_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        sa.Column("run_out_told_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("wrong_dates", sa.Integer(), nullable=False),
        sa.Column("proof_hash", sa.String(64), nullable=True),
        sa.Column("proved_until", UTCDateTime(), nullable=True),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_consent_link_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_consent_link_made_by_id")),
        sa.ForeignKeyConstraint(["made_for_id"], ["organisation.id"], name=op.f("fk_consent_link_made_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_link")),
        sa.UniqueConstraint("key", name=op.f("uq_consent_link_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_consent_link_key_hash")),
    )
    op.create_index("ix_consent_link_referral", "consent_link", ["referral_id", "id"], unique=False)
    op.create_index("ix_consent_link_waiting", "consent_link", ["ended_at", "answered_at", "remind_at"], unique=False)


def _guard_ledger_again() -> None:
    """Put the guards of 0006 on the copied ledger."""
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {LEDGER}_no_{event.lower()} BEFORE {event} ON {LEDGER}"
            f" BEGIN SELECT RAISE(ABORT, '{LEDGER} is append-only'); END"
        )
    op.execute(
        f"CREATE TRIGGER {LEDGER}_no_replace BEFORE INSERT ON {LEDGER}"
        f" WHEN EXISTS (SELECT 1 FROM {LEDGER} WHERE id = NEW.id)"
        f" BEGIN SELECT RAISE(ABORT, '{LEDGER} is append-only'); END"
    )


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
