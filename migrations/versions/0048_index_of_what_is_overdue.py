"""deadlines: an index of those that are overdue, which monitoring counts.

Revision: 0048, after 0047.
"""

from alembic import op
from sqlalchemy import text

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

OVERDUE = text("state = 'missed' AND ended_at IS NULL")


def upgrade() -> None:
    """Add."""
    op.create_index("ix_deadline_overdue", "deadline", ["kind"], postgresql_where=OVERDUE, sqlite_where=OVERDUE)
