"""which need-to-know part each text of a week's update belongs to, where its writer marked it.

Revision: 0046, after 0045.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

MARKS = ("progress_part", "barriers_part", "next_steps_part")


def upgrade() -> None:
    """Add; nothing that was posted so far is marked."""
    for name in MARKS:
        op.add_column("case_week", sa.Column(name, sa.String(20), nullable=True))
