"""professional contact: whom KSAF talks to may change, when somebody leaves, while who began a referral does not.

Revision: 0034, after 0033.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; so far the contact was whoever had begun the referral."""
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_referral_contact_id"), "user_account", ["contact_id"], ["id"])
        batch_op.create_index("ix_referral_contact", ["contact_id", "state"], unique=False)
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:  # row-level security is forced, on who migrates too
        op.execute("select set_config('app.system', 'on', true)")
    op.execute("UPDATE referral SET contact_id = created_by_id")
    if on_postgresql:
        op.execute("select set_config('app.system', '', true)")
