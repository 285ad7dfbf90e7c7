"""words of ends and calls: why a deadline ended and when a family likes to be called were kept readable so far.

Revision: 0038, after 0037.
"""

import sqlalchemy as sa
from alembic import op

from portal import crypto

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

MOVED = (("deadline", "ended_why", "ended_words", None), ("call_back", "preferred_time", "preferred_words", ""))
"""Table, the column that was readable, the one that takes its words, and what is left behind."""
BATCH = 1000


def upgrade() -> None:
    """Add the encrypted columns, move the words into them, and leave nothing readable behind."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:  # row-level security is forced, on who migrates too
        op.execute("select set_config('app.system', 'on', true)")
    else:
        op.execute("PRAGMA secure_delete=ON")
    for table, readable, encrypted, left in MOVED:
        op.add_column(table, sa.Column(encrypted, sa.LargeBinary(), nullable=True))
        _move(table, readable, encrypted, left)
    if on_postgresql:
        op.execute("select set_config('app.system', '', true)")


def _move(table: str, readable: str, encrypted: str, left: str | None) -> None:
    """Move a column's words a batch at a time: deadlines are many."""
    connection, last = op.get_bind(), 0
    rows = sa.table(table, sa.column("id"), sa.column(readable), sa.column(encrypted, sa.LargeBinary()))
    while True:
        waiting = sa.select(rows.c.id, rows.c[readable]).where(rows.c.id > last).order_by(rows.c.id).limit(BATCH)
        found = connection.execute(waiting).all()
        if not found:
            return
        for number, words in found:
            if words:
                kept = {readable: left, encrypted: crypto.encrypt(words.encode())}
                connection.execute(rows.update().where(rows.c.id == number).values(kept))
        last = found[-1][0]
