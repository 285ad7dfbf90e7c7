"""referrals: the index along which KSAF's list of all of them is walked when it is sorted by what is due next.

Revision: 0058, after 0057.
"""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    op.create_index("ix_referral_due", "referral", ["next_due_at", "reference"])
