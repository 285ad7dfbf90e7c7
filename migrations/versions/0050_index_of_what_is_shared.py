"""parties: an index of what an organisation looks on at, which its list puts beside what it sent itself.

Revision: 0050, after 0049.
"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    op.create_index("ix_referral_party_role", "referral_party", ["organisation_id", "role", "referral_id"])
