"""health, accounts: when the newest backup was made, and what each try at something guessable was.

Revision: 0051, after 0050.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    op.create_table(
        "last_backup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_last_backup")),
    )
    # The tries before this release go within a day.
    op.add_column("sign_in_attempt", sa.Column("kind", sa.String(20), nullable=False, server_default=""))
