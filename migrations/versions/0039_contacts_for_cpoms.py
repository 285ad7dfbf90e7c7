"""contacts for CPOMS: a contact with a family may belong in the safeguarding record.

Revision: 0039, after 0038.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; nothing logged so far was marked."""
    # Not as a batch, which would make the table anew on SQLite and lose the guards of what is insert only.
    op.add_column(
        "case_contact", sa.Column("belongs_in_cpoms", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
