"""rungs set aside: how often a rung has failed, since when it is set aside, and when it is tried again.

Revision: 0037, after 0036.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; nothing has failed so far."""
    with op.batch_alter_table("deadline_rung", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("set_aside_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("try_again_at", UTCDateTime(), nullable=True))
    # A server default would differ from the model, which says it itself.
    with op.batch_alter_table("deadline_rung", schema=None) as batch_op:
        batch_op.alter_column("tries", server_default=None)
