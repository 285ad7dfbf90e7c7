"""order of change: the index along which KSAF's list of all referrals is walked, and one for what waits for a partner.

Revision: 0031, after 0030.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_index("ix_referral_change", "referral", ["last_change_at", "reference"])
    op.create_index("ix_referral_owner_state", "referral", ["organisation_id", "state"])
