"""contact log: entries are corrected by later ones, and neither can be changed or removed.

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE = "case_contact"


def upgrade() -> None:
    """Add; migrations never take away."""
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.add_column(sa.Column("corrects_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("correction_why", sa.LargeBinary(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_case_contact_corrects_id"), ["corrects_id"])
        batch_op.create_foreign_key(batch_op.f("fk_case_contact_corrects_id"), TABLE, ["corrects_id"], ["id"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_postgresql() -> None:
    """Refuse change and removal, as 0006 does for the ledger."""
    op.execute(f"REVOKE UPDATE, DELETE ON {TABLE} FROM portal_app")
    op.execute(
        f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _guard_sqlite() -> None:
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{event.lower()} BEFORE {event} ON {TABLE}"
            f" BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
        )
    # INSERT OR REPLACE deletes the old row without firing the delete trigger.
    op.execute(
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE}"
        f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)"
        f" BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
    )
