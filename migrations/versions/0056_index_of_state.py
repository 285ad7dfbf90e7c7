"""referrals: an index of their state, of which a few are read at once: at risk and open, accepted and nobody's yet.

Revision: 0056, after 0055.
"""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    op.create_index("ix_referral_state", "referral", ["state", "is_urgent"])
