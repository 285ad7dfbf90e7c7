"""grounds of access: what lets each organisation see a referral, so that what rests on consent can end with it.

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; whoever sent a referral sees its own, KSAF was asked, and others were let in by the family so far."""
    with op.batch_alter_table("referral_party", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ground", sa.String(40), nullable=False, server_default=sa.text("'consent'")))
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:  # row-level security is forced, on who migrates too
        op.execute("select set_config('app.system', 'on', true)")
    op.execute("update referral_party set ground = 'own' where role = 'owner'")
    op.execute("update referral_party set ground = 'asked' where role = 'operator'")
    if on_postgresql:
        op.execute("select set_config('app.system', '', true)")
