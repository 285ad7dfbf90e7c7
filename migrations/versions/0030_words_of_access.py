"""words of access: why an organisation was let in says something of the family, and was kept readable so far.

Revision: 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op

from portal import crypto

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the encrypted column, move the words into it, and leave nothing readable behind."""
    op.add_column("referral_party", sa.Column("basis_words", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:  # row-level security is forced, on who migrates too
        op.execute("select set_config('app.system', 'on', true)")
    else:
        op.execute("PRAGMA secure_delete=ON")
    party = sa.table("referral_party", sa.column("id"), sa.column("basis"), sa.column("basis_words", sa.LargeBinary()))
    for number, words in connection.execute(sa.select(party.c.id, party.c.basis)).all():
        kept = {"basis": "", "basis_words": crypto.encrypt(words.encode())}
        connection.execute(party.update().where(party.c.id == number).values(kept))
    if on_postgresql:
        op.execute("select set_config('app.system', '', true)")
