"""household: the keys by which a family that is known already is found.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; migrations never take away."""
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("household_key", sa.String(64), nullable=True))
        batch_op.create_index("ix_referral_born", ["child_date_of_birth"], unique=False)
        batch_op.create_index("ix_referral_household", ["household_key"], unique=False)
