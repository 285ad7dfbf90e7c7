"""retention: holds, approved lists and erasures, and guards that let the words of an erased record go, and only those.

Revision: 0040, after 0039.

A row of an insert-only table may be changed in one way: the columns named here are emptied, all others stay, and an
erasure of its referral is on record. Erasures are insert-only themselves.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
OWN = ("legal_hold", "retention_approval", "retention_item", "erasure")
# What of an insert-only table may be emptied, and how its row finds its referral: by its own column, or through
# another table and the column that points there; a copy knows the referral's reference alone.
ERASABLE = {
    "consent_event": (("given_by", "limits", "detail"), None),
    "case_contact": (("present", "observation", "opinion", "child_voice", "correction_why"), None),
    "concern": (("seen", "said", "opinion", "witness"), None),
    "concern_decision": (("rationale", "spoke_to"), ("concern", "concern_id")),
    "sharing_decision": (("refusal_reason", "necessity", "parts", "told_how", "not_told_why"), None),
    "sharing_settlement": (("comment",), ("sharing_decision", "decision_id")),
    "sharing_step": (("evidence",), ("sharing_decision", "decision_id")),
    "legal_hold": (("reason",), None),
    "record_correction": (("wrong", "statement"), None),
    "data_copy": (("safeguarding_why", "content"), ("reference", "")),
}
# A copy may be changed until somebody has read it (0035).
ONCE_READ = {"data_copy": "OLD.read_at IS NOT NULL"}
UPDATE_GUARD = {"data_copy": "data_copy_as_read"}
# Where a concern stands may change as before (0028).
STANDING = {"concern": ("state", "looked_at", "looked_at_by_name", "decided_at")}


def upgrade() -> None:
    """Add, and open the guards as far as an erasure needs."""
    op.add_column("referral", sa.Column("anonymised_at", UTCDateTime(), nullable=True))
    op.add_column("referral", sa.Column("born_year", sa.Integer(), nullable=True))
    _add_hold()
    _add_approval()
    _add_erasure()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _add_hold() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("owner_organisation_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_organisation_id", "referral_id"],
            ["referral.organisation_id", "referral.id"],
            name=op.f("fk_legal_hold_owner_organisation_id_referral_id"),
        ),
        _refers("legal_hold", "organisation_id", "organisation"),
        _refers("legal_hold", "follows_id", "legal_hold"),
        _refers("legal_hold", "by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sa.UniqueConstraint("key", name=op.f("uq_legal_hold_key")),
        sa.UniqueConstraint("follows_id", name=op.f("uq_legal_hold_follows_id")),
    )
    op.create_index("ix_legal_hold_referral", "legal_hold", ["referral_id", "id"], unique=False)
    op.create_index("ix_legal_hold_review", "legal_hold", ["review_on"], unique=False)


def _add_approval() -> None:
    op.create_table(
        "retention_approval",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_by_name", sa.String(200), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=False),
        _refers("retention_approval", "organisation_id", "organisation"),
        _refers("retention_approval", "approved_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_approval")),
    )
    op.create_table(
        "retention_item",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("erasure_key", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("left_because", sa.String(40), nullable=True),
        _refers("retention_item", "organisation_id", "organisation"),
        _refers("retention_item", "approval_id", "retention_approval"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_item")),
        sa.UniqueConstraint("erasure_key", name=op.f("uq_retention_item_erasure_key")),
        sa.UniqueConstraint(
            "approval_id", "kind", "subject_id", name=op.f("uq_retention_item_approval_id_kind_subject_id")
        ),
    )
    op.create_index("ix_retention_item_open", "retention_item", ["settled_at", "id"], unique=False)


def _add_erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        _refers("erasure", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("key", name=op.f("uq_erasure_key")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_erasure_kind_subject_id")),
    )


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _others(table: str) -> list[str]:
    """Return the columns that an erasure leaves as they are."""
    free = {*ERASABLE[table][0], *STANDING.get(table, ())}
    return [each["name"] for each in sa.inspect(op.get_bind()).get_columns(table) if each["name"] not in free]


def _watched(table: str) -> str:
    """Return the event that a table's guard answers to: any change, or any but of where it stands."""
    if table not in STANDING:
        return "UPDATE"
    return f"UPDATE OF {', '.join((*ERASABLE[table][0], *_others(table)))}"


def _guard_sqlite() -> None:
    for table, (emptied, through) in ERASABLE.items():
        mine = "subject_id = OLD.referral_id"
        if through:
            mine = f"subject_id = (SELECT referral_id FROM {through[0]} WHERE id = OLD.{through[1]})"
            mine = "reference = OLD.reference" if through[0] == "reference" else mine
        erased = f"EXISTS (SELECT 1 FROM erasure WHERE kind = 'referral' AND {mine})"
        gone = [f"(NEW.{name} IS OLD.{name} OR NEW.{name} IS NULL OR NEW.{name} = x'')" for name in emptied]
        kept = [f"NEW.{name} IS OLD.{name}" for name in _others(table)]
        guard, once = UPDATE_GUARD.get(table, f"{table}_no_update"), ONCE_READ.get(table, "1")
        op.execute(f"DROP TRIGGER IF EXISTS {guard}")
        op.execute(
            f"CREATE TRIGGER {guard} BEFORE {_watched(table)} ON {table}"
            f" WHEN {once} AND NOT ({' AND '.join([erased, *gone, *kept])})"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    _refuse_sqlite("erasure", ("UPDATE", "DELETE"))
    _refuse_sqlite("legal_hold", ("DELETE",))


def _refuse_sqlite(table: str, events: tuple[str, ...]) -> None:
    for event in events:
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
    for table in OWN:
        mine = f"{SYSTEM} OR organisation_id = {ME}"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
    op.execute("REVOKE UPDATE, DELETE ON erasure, legal_hold FROM portal_app")
    op.execute(_UNLESS_ERASED)
    for table, (emptied, through) in ERASABLE.items():
        op.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
        op.execute(f"GRANT UPDATE ({', '.join(emptied)}) ON {table} TO portal_app")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        arguments = ", ".join(f"'{each}'" for each in (",".join(emptied), *(through or ("", ""))))
        guard, once = UPDATE_GUARD.get(table, f"{table}_unless_erased"), ONCE_READ.get(table, "true")
        op.execute(f"DROP TRIGGER IF EXISTS {guard} ON {table}")
        op.execute(
            f"CREATE TRIGGER {guard} BEFORE {_watched(table)} ON {table}"
            f" FOR EACH ROW WHEN ({once}) EXECUTE FUNCTION refuse_unless_erased({arguments})"
        )
    op.execute(
        "CREATE TRIGGER erasure_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erasure"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


# Arguments: the columns that may be emptied; the table and the column through which the row finds its referral.
_UNLESS_ERASED = """
CREATE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
  subject integer := (to_jsonb(OLD) ->> 'referral_id')::integer;
  emptied text;
BEGIN
  IF TG_ARGV[1] = 'reference' THEN
    SELECT id INTO subject FROM referral WHERE reference = was ->> 'reference';
  ELSIF TG_ARGV[1] <> '' THEN
    EXECUTE format('SELECT referral_id FROM %I WHERE id = $1', TG_ARGV[1])
      INTO subject USING (was ->> TG_ARGV[2])::integer;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM erasure WHERE kind = 'referral' AND subject_id = subject) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  FOREACH emptied IN ARRAY string_to_array(TG_ARGV[0], ',') LOOP
    IF coalesce(becomes ->> emptied, '') NOT IN ('', '\\x')
       AND becomes ->> emptied IS DISTINCT FROM was ->> emptied THEN
      RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
    END IF;
    was := was - emptied;
    becomes := becomes - emptied;
  END LOOP;
  IF was IS DISTINCT FROM becomes THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$
"""
