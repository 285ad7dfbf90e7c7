"""pathways: what follows a decision, and the weeks of support.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "support_case",
    "case_week",
    "case_goal",
    "goal_score",
    "case_contact",
    "case_review",
    "attendance_week",
    "completion_summary",
)

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"

CLOSES_ACCEPTED = (
    "state <> 'closed' OR acceptance_overridden_at IS NOT NULL"
    " OR (open_transfers = 0 AND (pathway <> 'pathway_3' OR accepted_transfers > 0))"
)


def upgrade() -> None:
    """Add; migrations never take away."""
    _widen()
    _add_tables()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            _guard(table)
        op.execute("SELECT set_config('app.system', 'on', true)")
    # Until now every decision led to one state; each pathway has its own from here on.
    op.execute("UPDATE referral SET state = 'advice' WHERE state = 'accepted' AND pathway = 'pathway_1'")
    op.execute("UPDATE referral SET state = 'handing_over' WHERE state = 'accepted' AND pathway = 'pathway_3'")
    op.execute("UPDATE referral SET waiting_on = 'operator' WHERE state IN ('accepted', 'handing_over')")


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


def _widen() -> None:
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("week", sa.Integer(), nullable=True))
        batch_op.create_index("ix_deadline_reference", ["reference"], unique=False)

    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_manager_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("case_manager_name", sa.String(200), nullable=False, server_default=sa.text("''"))
        )
        batch_op.add_column(sa.Column("practitioner_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("practitioner_name", sa.String(200), nullable=False, server_default=sa.text("''"))
        )
        batch_op.add_column(sa.Column("support_starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("support_weeks", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("open_transfers", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("accepted_transfers", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("acceptance_overridden_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("acceptance_overridden_by_name", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("acceptance_overridden_why", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("closed_by_name", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("closing_outcome", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("closing_rationale", sa.LargeBinary(), nullable=True))
        batch_op.create_index("ix_referral_practitioner", ["practitioner_id", "state"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_referral_case_manager_id"), "user_account", ["case_manager_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_referral_practitioner_id"), "user_account", ["practitioner_id"], ["id"]
        )
        batch_op.create_check_constraint("closes_accepted", sa.text(CLOSES_ACCEPTED))


def _add_tables() -> None:
    op.create_table(
        "attendance_week",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week_starting", sa.Date(), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("given_by_name", sa.String(200), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_attendance_week_organisation_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_week")),
        sa.UniqueConstraint("referral_id", "week_starting", name=op.f("uq_attendance_week_referral_id_week_starting")),
    )
    op.create_table(
        "support_case",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_manager_id", sa.Integer(), nullable=False),
        sa.Column("case_manager_name", sa.String(200), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("practitioner_name", sa.String(200), nullable=False),
        sa.Column("allocated_at", UTCDateTime(), nullable=False),
        sa.Column("allocated_by_name", sa.String(200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("intervention", sa.String(40), nullable=True),
        sa.Column("intervention_why", sa.LargeBinary(), nullable=True),
        sa.Column("family_story", sa.LargeBinary(), nullable=True),
        sa.Column("plan", sa.LargeBinary(), nullable=True),
        sa.Column("plan_updated_at", UTCDateTime(), nullable=True),
        sa.Column("consent_confirmed_on", sa.Date(), nullable=True),
        sa.Column("consent_confirmed_by_name", sa.String(200), nullable=True),
        sa.Column("consent_note", sa.LargeBinary(), nullable=True),
        sa.Column("extended_at", UTCDateTime(), nullable=True),
        sa.Column("extended_by_name", sa.String(200), nullable=True),
        sa.Column("extended_why", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_manager_id"], ["user_account.id"], name=op.f("fk_support_case_case_manager_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_support_case_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(["practitioner_id"], ["user_account.id"], name=op.f("fk_support_case_practitioner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_case")),
    )
    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.create_index("ix_support_case_manager", ["case_manager_id", "ended_at"], unique=False)
        batch_op.create_index(
            "ix_support_case_open",
            ["referral_id"],
            unique=True,
            postgresql_where=sa.text("ended_at is null"),
            sqlite_where=sa.text("ended_at is null"),
        )
        batch_op.create_index("ix_support_case_practitioner", ["practitioner_id", "ended_at"], unique=False)

    op.create_table(
        "case_contact",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.Column("present", sa.LargeBinary(), nullable=False),
        sa.Column("observation", sa.LargeBinary(), nullable=False),
        sa.Column("opinion", sa.LargeBinary(), nullable=False),
        sa.Column("child_voice", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by_name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_case_contact_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_case_contact_organisation_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_contact")),
        sa.UniqueConstraint("key", name=op.f("uq_case_contact_key")),
    )
    with op.batch_alter_table("case_contact", schema=None) as batch_op:
        batch_op.create_index("ix_case_contact_case", ["case_id", "happened_at"], unique=False)

    op.create_table(
        "case_goal",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("baseline", sa.Integer(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("dropped_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_case_goal_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_case_goal_organisation_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_goal")),
        sa.UniqueConstraint("key", name=op.f("uq_case_goal_key")),
    )
    with op.batch_alter_table("case_goal", schema=None) as batch_op:
        batch_op.create_index("ix_case_goal_case", ["case_id"], unique=False)

    op.create_table(
        "case_review",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("planned_for", UTCDateTime(), nullable=True),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("invited", sa.LargeBinary(), nullable=True),
        sa.Column("held_at", UTCDateTime(), nullable=True),
        sa.Column("present", sa.LargeBinary(), nullable=True),
        sa.Column("changed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by_name", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_case_review_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_case_review_organisation_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_review")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_review_case_id")),
    )
    op.create_table(
        "case_week",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column("drafted_at", UTCDateTime(), nullable=True),
        sa.Column("engagement", sa.String(40), nullable=True),
        sa.Column("attendance_percent", sa.Float(), nullable=True),
        sa.Column("progress", sa.LargeBinary(), nullable=True),
        sa.Column("barriers", sa.LargeBinary(), nullable=True),
        sa.Column("next_steps", sa.LargeBinary(), nullable=True),
        sa.Column("internal_note", sa.LargeBinary(), nullable=True),
        sa.Column("has_concern", sa.Boolean(), nullable=True),
        sa.Column("posted_at", UTCDateTime(), nullable=True),
        sa.Column("posted_by_name", sa.String(200), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("missed_at", UTCDateTime(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.Column("read_by_name", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_case_week_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_case_week_organisation_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_week")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_case_week_case_id_number")),
    )
    with op.batch_alter_table("case_week", schema=None) as batch_op:
        batch_op.create_index("ix_case_week_due", ["due_at"], unique=False)

    op.create_table(
        "completion_summary",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("family", sa.LargeBinary(), nullable=False),
        sa.Column("withheld", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited_at", UTCDateTime(), nullable=False),
        sa.Column("edited_by_name", sa.String(200), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", UTCDateTime(), nullable=True),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.Column("authorised_by_name", sa.String(200), nullable=True),
        sa.Column("authorised_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_completion_summary_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_completion_summary_organisation_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user_account.id"], name=op.f("fk_completion_summary_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_summary")),
        sa.UniqueConstraint("case_id", name=op.f("uq_completion_summary_case_id")),
    )
    op.create_table(
        "goal_score",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("week_number", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["case_goal.id"], name=op.f("fk_goal_score_goal_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_goal_score_organisation_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_score")),
        sa.UniqueConstraint("goal_id", "week_number", name=op.f("uq_goal_score_goal_id_week_number")),
    )
