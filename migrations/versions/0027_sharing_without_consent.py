"""sharing without consent: the decisions, how they were settled and followed up, and what a party may read.

Revision: 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("sharing_decision", "sharing_settlement", "sharing_step")

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"


def upgrade() -> None:
    """Add; migrations never take away."""
    with op.batch_alter_table("referral_party", schema=None) as batch_op:
        batch_op.add_column(sa.Column("let_in_by_name", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("parts", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("is_consent_refused", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("is_family_told", sa.Boolean(), nullable=True))
    _decision()
    _settlement()
    _step()
    for table in TABLES:
        if op.get_bind().dialect.name == "postgresql":
            _guard_postgresql(table)
        else:
            _guard_sqlite(table)


def _decision() -> None:
    table = "sharing_decision"
    op.create_table(
        table,
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("owner_organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(40), nullable=False),
        sa.Column("to_organisation_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("refusal_reason", sa.LargeBinary(), nullable=True),
        sa.Column("statutory_basis", sa.String(40), nullable=True),
        sa.Column("article_6", sa.String(40), nullable=True),
        sa.Column("article_9", sa.String(40), nullable=True),
        sa.Column("paragraph_18", sa.String(40), nullable=True),
        sa.Column("necessity", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(40), nullable=True),
        sa.Column("parts", sa.LargeBinary(), nullable=True),
        sa.Column("months", sa.String(2), nullable=True),
        sa.Column("is_family_told", sa.Boolean(), nullable=True),
        sa.Column("told_how", sa.LargeBinary(), nullable=True),
        sa.Column("not_told_why", sa.LargeBinary(), nullable=True),
        sa.Column("look_again_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_by_name", sa.String(200), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f(f"fk_{table}_owner_organisation_id_referral_id"),
        ),
        _refers(table, "organisation_id", "organisation"),
        _refers(table, "to_organisation_id", "organisation"),
        _refers(table, "decided_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("key", name=op.f(f"uq_{table}_key")),
    )
    op.create_index("ix_sharing_decision_referral", table, ["referral_id", "id"], unique=False)


def _settlement() -> None:
    table = "sharing_settlement"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("is_authorised", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=False),
        sa.Column("settled_by_name", sa.String(200), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=False),
        _refers(table, "organisation_id", "organisation"),
        _refers(table, "decision_id", "sharing_decision"),
        _refers(table, "party_id", "referral_party"),
        _refers(table, "settled_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("decision_id", name=op.f(f"uq_{table}_decision_id")),
    )


def _step() -> None:
    table = "sharing_step"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(40), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("look_again_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_name", sa.String(200), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        _refers(table, "organisation_id", "organisation"),
        _refers(table, "decision_id", "sharing_decision"),
        _refers(table, "recorded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_sharing_step_decision", table, ["decision_id", "id"], unique=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _guard_postgresql(table: str) -> None:
    """Let KSAF alone reach them, and refuse change and removal as 0006 does for the ledger."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    mine = f"{SYSTEM} OR organisation_id = {ME}"
    op.execute(f"CREATE POLICY own_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
    op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM portal_app")
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _guard_sqlite(table: str) -> None:
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    # INSERT OR REPLACE deletes the old row without firing the delete trigger.
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
