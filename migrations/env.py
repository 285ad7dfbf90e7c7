"""Runs the migrations against the database of the settings, or on a connection that the caller hands in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum, create_engine
from sqlmodel import AutoString
from sqlmodel.sql.sqltypes import UTCDateTime

from portal import config, crypto, tables


def _render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types into migrations as what they are underneath."""
    if kind != "type":
        return False
    if isinstance(item, crypto.EncryptedText | crypto.EncryptedJSON):
        return "sa.LargeBinary()"
    if isinstance(item, UTCDateTime):
        autogenerate.imports.add("from sqlmodel.sql.sqltypes import UTCDateTime")
        return "UTCDateTime()"
    if isinstance(item, Enum):
        return f"sa.String({item.length})"
    if isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        render_as_batch=True,
        render_item=_render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    engine = create_engine(config.from_environment().database_url)
    with engine.connect() as opened:
        _run(opened)
        opened.commit()
    engine.dispose()
