"""weekly updates: who typed a draft, how many contacts the week had, and a concern in words.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; migrations never take away."""
    op.add_column("case_week", sa.Column("drafted_by_name", sa.String(200), nullable=True))
    op.add_column("case_week", sa.Column("contacts", sa.Integer(), nullable=True))
    op.add_column("case_week", sa.Column("concern", sa.LargeBinary(), nullable=True))
    owed = sa.text("posted_at is null and missed_at is null")
    op.create_index("ix_case_week_owed", "case_week", ["due_at"], postgresql_where=owed, sqlite_where=owed)
