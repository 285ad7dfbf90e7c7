"""deadlines and outbox.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_table(
        "closure_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closure_day")),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("owed_by_id", sa.Integer(), nullable=False),
        sa.Column("owed_to_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("paused_at", UTCDateTime(), nullable=True),
        sa.Column("met_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(300), nullable=True),
        sa.ForeignKeyConstraint(["owed_by_id"], ["organisation.id"], name=op.f("fk_deadline_owed_by_id")),
        sa.ForeignKeyConstraint(["owed_to_id"], ["organisation.id"], name=op.f("fk_deadline_owed_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_owed_by", ["owed_by_id", "state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_deadline_owed_to_id"), ["owed_to_id"], unique=False)
        batch_op.create_index("ix_deadline_subject", ["subject_type", "subject_id"], unique=False)

    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("reference", sa.String(20), nullable=True),
        sa.Column("to_address", sa.String(254), nullable=False),
        sa.Column("context", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.String(300), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_outbox_mail_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_mail_message_id")),
    )
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_mail_reference", ["reference"], unique=False)
        batch_op.create_index("ix_outbox_mail_state_next", ["state", "next_attempt_at"], unique=False)

    op.create_table(
        "deadline_rung",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("owed_by_id", sa.Integer(), nullable=False),
        sa.Column("owed_to_id", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(20), nullable=False),
        sa.Column("fires_at", UTCDateTime(), nullable=False),
        sa.Column("fired_at", UTCDateTime(), nullable=True),
        sa.Column("dropped_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_rung_deadline_id")),
        sa.ForeignKeyConstraint(["owed_by_id"], ["organisation.id"], name=op.f("fk_deadline_rung_owed_by_id")),
        sa.ForeignKeyConstraint(["owed_to_id"], ["organisation.id"], name=op.f("fk_deadline_rung_owed_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_rung")),
        sa.UniqueConstraint("deadline_id", "rung", name=op.f("uq_deadline_rung_deadline_id_rung")),
    )
    with op.batch_alter_table("deadline_rung", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deadline_rung_waiting",
            ["fires_at"],
            unique=False,
            postgresql_where=sa.text("fired_at IS NULL AND dropped_at IS NULL"),
            sqlite_where=sa.text("fired_at IS NULL AND dropped_at IS NULL"),
        )

    op.create_table(
        "prompt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("rung_id", sa.Integer(), nullable=True),
        sa.Column("deadline_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_prompt_deadline_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_prompt_organisation_id")),
        sa.ForeignKeyConstraint(["rung_id"], ["deadline_rung.id"], name=op.f("fk_prompt_rung_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_prompt_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("key", name=op.f("uq_prompt_key")),
        sa.UniqueConstraint("rung_id", "user_id", name=op.f("uq_prompt_rung_id_user_id")),
    )
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prompt_deadline_id"), ["deadline_id"], unique=False)
        batch_op.create_index("ix_prompt_open", ["user_id", "organisation_id", "closed_at"], unique=False)
        batch_op.create_index(
            "ix_prompt_open_news",
            ["reference", "kind", "user_id"],
            unique=True,
            postgresql_where=sa.text("closed_at is null and deadline_id is null"),
            sqlite_where=sa.text("closed_at is null and deadline_id is null"),
        )
