"""scheduler heartbeat.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_table(
        "scheduler_heartbeat",
        sa.Column("scheduler", sa.String(40), nullable=False),
        sa.Column("beat_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scheduler", name=op.f("pk_scheduler_heartbeat")),
    )
    with op.batch_alter_table("scheduler_heartbeat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scheduler_heartbeat_beat_at"), ["beat_at"], unique=False)
