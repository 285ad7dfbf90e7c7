"""sharing parts: whether everything is open to a party, and when KSAF was reminded that its end comes.

Revision: 0032, after 0031.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; what was shared so far keeps its parts closed, as a need to know asks."""
    with op.batch_alter_table("referral_party", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_whole", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("reminded_at", UTCDateTime(), nullable=True))
    op.create_index("ix_referral_party_ends", "referral_party", ["valid_to"], unique=False)
