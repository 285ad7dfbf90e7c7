"""deadlines: an index of those that are open, which administrators are told the number of before they change a figure.

Revision: 0057, after 0056.
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Add."""
    op.create_index("ix_deadline_open", "deadline", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
