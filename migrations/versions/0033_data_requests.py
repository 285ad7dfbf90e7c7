"""requests about personal data, the referrals each is about, what happened to it; days that a time limit leaves out.

Revision: 0033, after 0032.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
# Where a request stands changes; what somebody asked does not.
STANDING = ("state", "is_known", "waits_for", "acknowledged_at", "extended_at", "outcome", "answered_at")
ASKED = (
    "reference",
    "organisation_id",
    "kind",
    "way",
    "capacity",
    "asker",
    "reply_to",
    "authority",
    "about",
    "asked",
    "received_on",
    "recorded_at",
    "recorded_by_name",
    "recorded_by_organisation",
)
INSERT_ONLY = ("data_request_referral", "data_request_step")


def upgrade() -> None:
    """Add; migrations never take away."""
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days_not_counted", sa.Integer(), nullable=False, server_default="0"))
    _add_request()
    _add_referral()
    _add_step()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _add_request() -> None:
    op.create_table(
        "data_request",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("capacity", sa.String(40), nullable=False),
        sa.Column("asker", sa.LargeBinary(), nullable=False),
        sa.Column("reply_to", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by_name", sa.String(200), nullable=False),
        sa.Column("recorded_by_organisation", sa.String(200), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("waits_for", sa.String(40), nullable=True),
        sa.Column("acknowledged_at", UTCDateTime(), nullable=True),
        sa.Column("extended_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_data_request_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_data_request_reference")),
    )
    op.create_index("ix_data_request_state", "data_request", ["organisation_id", "state", "id"], unique=False)


def _add_referral() -> None:
    op.create_table(
        "data_request_referral",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("data_request_id", sa.Integer(), nullable=False),
        sa.Column("owner_organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_data_request_referral_owner_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_data_request_referral_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["data_request_id"], ["data_request.id"], name=op.f("fk_data_request_referral_data_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request_referral")),
        sa.UniqueConstraint(
            "data_request_id", "referral_id", name=op.f("uq_data_request_referral_data_request_id_referral_id")
        ),
    )


def _add_step() -> None:
    op.create_table(
        "data_request_step",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("data_request_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("done_by_name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_data_request_step_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["data_request_id"], ["data_request.id"], name=op.f("fk_data_request_step_data_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request_step")),
    )
    op.create_index("ix_data_request_step_request", "data_request_step", ["data_request_id", "id"], unique=False)


def _guard_postgresql() -> None:
    """Let KSAF alone reach the register; refuse to change or remove what was asked and what happened."""
    mine = f"{SYSTEM} OR organisation_id = {ME}"
    for table in ("data_request", *INSERT_ONLY):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
    for table in INSERT_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM portal_app")
        _refuse_postgresql(table, "UPDATE OR DELETE OR TRUNCATE")
    op.execute("REVOKE UPDATE, DELETE ON data_request FROM portal_app")
    op.execute(f"GRANT UPDATE ({', '.join(STANDING)}) ON data_request TO portal_app")
    _refuse_postgresql("data_request", f"UPDATE OF {', '.join(ASKED)} OR DELETE OR TRUNCATE")


def _refuse_postgresql(table: str, events: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _guard_sqlite() -> None:
    changes = dict.fromkeys(INSERT_ONLY, "UPDATE") | {"data_request": f"UPDATE OF {', '.join(ASKED)}"}
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
