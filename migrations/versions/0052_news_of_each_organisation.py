"""prompts: the same news waits for a person of two organisations in each of them.

Revision: 0052, after 0051. Nothing is taken away: the index is made again and wider, so that every row which the
earlier one let in is let in by this one too, and no row is changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it wider."""
    still_open = sa.text("closed_at is null and deadline_id is null")
    op.drop_index("ix_prompt_open_news", "prompt")
    op.create_index(
        "ix_prompt_open_news",
        "prompt",
        ["reference", "kind", "user_id", "organisation_id"],
        unique=True,
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
