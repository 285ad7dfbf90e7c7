"""safeguarding concerns, what was decided about them, what of it is in CPOMS, and the receipts of who raised them.

Revision: 0028, after 0027.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
# Where a concern stands changes; what somebody raised does not.
STANDING = ("state", "looked_at", "looked_at_by_name", "decided_at")
RAISED = (
    "reference",
    "organisation_id",
    "owner_organisation_id",
    "referral_id",
    "week_number",
    "danger",
    "seen",
    "said",
    "opinion",
    "witness",
    "happened_at",
    "raised_at",
    "raised_by_id",
    "raised_by_name",
    "raised_by_organisation",
)
INSERT_ONLY = ("concern_decision", "cpoms_record")


def upgrade() -> None:
    """Add; migrations never take away."""
    _add_concern()
    _add_receipt()
    _add_decision()
    _add_cpoms_record()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _add_concern() -> None:
    op.create_table(
        "concern",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("owner_organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("week_number", sa.Integer(), nullable=True),
        sa.Column("danger", sa.String(40), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("opinion", sa.LargeBinary(), nullable=False),
        sa.Column("witness", sa.LargeBinary(), nullable=False),
        sa.Column("happened_at", UTCDateTime(), nullable=True),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("raised_by_name", sa.String(200), nullable=False),
        sa.Column("raised_by_organisation", sa.String(200), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("looked_at", UTCDateTime(), nullable=True),
        sa.Column("looked_at_by_name", sa.String(200), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_concern_owner_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_concern_organisation_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["user_account.id"], name=op.f("fk_concern_raised_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sa.UniqueConstraint("reference", name=op.f("uq_concern_reference")),
    )
    op.create_index("ix_concern_referral", "concern", ["referral_id", "id"], unique=False)
    op.create_index("ix_concern_state", "concern", ["organisation_id", "state", "id"], unique=False)


def _add_receipt() -> None:
    op.create_table(
        "concern_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("owed_by_id", sa.Integer(), nullable=False),
        sa.Column("owed_to_id", sa.Integer(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("look_by", UTCDateTime(), nullable=False),
        sa.Column("looked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_receipt_concern_id")),
        sa.ForeignKeyConstraint(["owed_by_id"], ["organisation.id"], name=op.f("fk_concern_receipt_owed_by_id")),
        sa.ForeignKeyConstraint(["owed_to_id"], ["organisation.id"], name=op.f("fk_concern_receipt_owed_to_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["user_account.id"], name=op.f("fk_concern_receipt_raised_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_receipt")),
        sa.UniqueConstraint("reference", name=op.f("uq_concern_receipt_reference")),
        sa.UniqueConstraint("concern_id", name=op.f("uq_concern_receipt_concern_id")),
    )
    op.create_index("ix_concern_receipt_mine", "concern_receipt", ["raised_by_id", "owed_to_id", "id"], unique=False)


def _add_decision() -> None:
    op.create_table(
        "concern_decision",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("rationale", sa.LargeBinary(), nullable=False),
        sa.Column("spoke_to", sa.LargeBinary(), nullable=False),
        sa.Column("manager_name", sa.String(200), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_by_name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_concern_decision_organisation_id")
        ),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_decision_concern_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_concern_decision_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_decision")),
        sa.UniqueConstraint("key", name=op.f("uq_concern_decision_key")),
    )
    op.create_index("ix_concern_decision_concern", "concern_decision", ["concern_id", "id"], unique=False)


def _add_cpoms_record() -> None:
    op.create_table(
        "cpoms_record",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("item_key", sa.String(40), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_cpoms_record_organisation_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_cpoms_record_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cpoms_record")),
        sa.UniqueConstraint("kind", "item_key", name=op.f("uq_cpoms_record_kind_item_key")),
    )


def _guard_postgresql() -> None:
    """Let KSAF alone reach its rows, both sides their receipt; refuse to change or remove what was said and decided."""
    own, between = f"organisation_id = {ME}", f"{ME} IN (owed_by_id, owed_to_id)"
    for table in ("concern", "concern_receipt", *INSERT_ONLY):
        mine = f"{SYSTEM} OR {between if table == 'concern_receipt' else own}"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
    for table in INSERT_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM portal_app")
        _refuse_postgresql(table, "UPDATE OR DELETE OR TRUNCATE")
    op.execute("REVOKE UPDATE, DELETE ON concern FROM portal_app")
    op.execute(f"GRANT UPDATE ({', '.join(STANDING)}) ON concern TO portal_app")
    _refuse_postgresql("concern", f"UPDATE OF {', '.join(RAISED)} OR DELETE OR TRUNCATE")


def _refuse_postgresql(table: str, events: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _guard_sqlite() -> None:
    changes = dict.fromkeys(INSERT_ONLY, "UPDATE") | {"concern": f"UPDATE OF {', '.join(RAISED)}"}
    for table, update in changes.items():
        for event in (update, "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.split()[0].lower()} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        # INSERT OR REPLACE deletes the old row without firing the delete trigger.
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
