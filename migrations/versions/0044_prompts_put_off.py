"""prompts: until when one is put off, and why.

Revision: 0044, after 0043.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    op.add_column("prompt", sa.Column("put_off_until", UTCDateTime(), nullable=True))
    op.add_column("prompt", sa.Column("put_off_why", sa.LargeBinary(), nullable=True))
