"""deadlines: why one is paused, in words of ours.

Revision: 0053, after 0052.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    op.add_column("deadline", sa.Column("paused_why", sa.String(100), nullable=True))
