"""statements beside records, and who was given what they correct.

Revision: 0036, after 0035.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
# Every row about a referral opens to the referral's live parties alone, like the referral itself.
PARTY = f"""EXISTS (
    SELECT 1 FROM referral_party AS party
    WHERE party.referral_id = record_correction.referral_id AND party.organisation_id = {ME}
      AND party.valid_from <= now() AND (party.valid_to IS NULL OR party.valid_to > now())
)"""
TOLD = ("told_at", "told_by_name", "how")
LISTED = ("key", "organisation_id", "data_request_id", "correction_id", "to_name", "reference")


def upgrade() -> None:
    """Add; migrations never take away."""
    _add_correction()
    _add_recipient()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _add_correction() -> None:
    op.create_table(
        "record_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("is_corrected", sa.Boolean(), nullable=False),
        sa.Column("wrong", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_record_correction_organisation_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_correction")),
    )
    op.create_index("ix_record_correction_referral", "record_correction", ["referral_id", "id"], unique=False)


def _add_recipient() -> None:
    op.create_table(
        "correction_recipient",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("data_request_id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("to_name", sa.String(200), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("told_by_name", sa.String(200), nullable=True),
        sa.Column("how", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_correction_recipient_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["data_request_id"], ["data_request.id"], name=op.f("fk_correction_recipient_data_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["record_correction.id"], name=op.f("fk_correction_recipient_correction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_recipient")),
        sa.UniqueConstraint("key", name=op.f("uq_correction_recipient_key")),
    )
    op.create_index("ix_correction_recipient_request", "correction_recipient", ["data_request_id", "id"], unique=False)


def _guard_postgresql() -> None:
    """Let the referral's parties reach a statement, KSAF alone its recipients; refuse to change what was said."""
    for table, mine in (("record_correction", PARTY), ("correction_recipient", f"organisation_id = {ME}")):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({SYSTEM} OR {mine}) WITH CHECK ({SYSTEM} OR {mine})")
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM portal_app")
    op.execute(f"GRANT UPDATE ({', '.join(TOLD)}) ON correction_recipient TO portal_app")
    _refuse_postgresql("record_correction", "UPDATE OR DELETE OR TRUNCATE")
    _refuse_postgresql("correction_recipient", f"UPDATE OF {', '.join(LISTED)} OR DELETE OR TRUNCATE")


def _refuse_postgresql(table: str, events: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _guard_sqlite() -> None:
    for table, update in (("record_correction", "UPDATE"), ("correction_recipient", f"UPDATE OF {', '.join(LISTED)}")):
        for event in (update, "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.split()[0].lower()} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
