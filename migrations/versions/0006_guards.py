"""guards: append-only records, and row-level security on PostgreSQL.

Revision: 0006, after 0005.

The session filter in portal/tenancy.py decides whose rows a query sees. This says the same once more underneath,
coarser and closer to the rows, for the day the filter has a hole: a raw query as the application's role sees its own
organisation and nothing else. Which organisation is asking is told at the start of each transaction.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_event", "consent_event")

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
OWN = f"organisation_id = {ME}"
BETWEEN = f"{ME} IN (owed_by_id, owed_to_id)"
PARTY = f"{ME} IN (organisation_id, owner_organisation_id)"


def _reached(column: str) -> str:
    # When access begins is left to the session filter: this machine's clock may run a moment behind the portal's.
    return (
        f"({OWN} OR EXISTS (SELECT 1 FROM referral_party party"
        f" WHERE party.referral_id = {column} AND party.organisation_id = {ME}"
        " AND (party.valid_to IS NULL OR party.valid_to > now())))"
    )


POLICIES = {
    **dict.fromkeys(
        (
            "agreement",
            "membership",
            "invitation",
            "audit_event",
            "audit_payload",
            "audit_head",
            "prompt",
            "outbox_mail",
        ),
        OWN,
    ),
    **dict.fromkeys(("deadline", "deadline_rung"), BETWEEN),
    "referral_party": PARTY,
    "referral": _reached("referral.id"),
    **{
        table: _reached(f"{table}.referral_id")
        for table in (
            "referral_section",
            "attachment",
            "timeline_entry",
            "information_request",
            "seen_mark",
            "consent_event",
            "decision",
        )
    },
}

# What may be written where that is less than what is seen: who is let in, and how far, is the owner's to say.
WRITTEN = {"referral_party": f"owner_organisation_id = {ME}"}


def upgrade() -> None:
    """Add the guards of the engine at hand."""
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for table in APPEND_ONLY:
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


def _guard_postgresql() -> None:
    op.execute(
        "DO $$ BEGIN CREATE ROLE portal_app NOLOGIN;"
        " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    op.execute("DO $$ BEGIN EXECUTE format('GRANT portal_app TO %I', current_user); END $$")
    op.execute("GRANT USAGE ON SCHEMA public TO portal_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO portal_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO portal_app")
    for table, seen in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        written = WRITTEN.get(table, seen)
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({SYSTEM} OR {seen}) WITH CHECK ({SYSTEM} OR {written})")
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM portal_app")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
