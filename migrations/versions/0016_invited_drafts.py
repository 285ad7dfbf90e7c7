"""invited_drafts: a referral that KSAF began for a professional who called, and the call it came from.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; migrations never take away."""
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("invited_by_name", sa.String(200), nullable=False, server_default=sa.text("''")))
    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draft_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("draft_for", sa.String(200), nullable=False, server_default=sa.text("''")))
        batch_op.create_foreign_key(batch_op.f("fk_enquiry_draft_id"), "referral", ["draft_id"], ["id"])
