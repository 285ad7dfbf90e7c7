"""Changing the secret keys."""

import click
from sqlalchemy import Table

from portal import tables
from portal.accountability.keys import rotation
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.cli import command
from portal.cli.command import Refusal
from portal.organisations import queries as organisations


@click.group()
def keys() -> None:
    """Look after the secret keys."""


@keys.command("rotate")
@click.option("--batch", default=rotation.BATCH, show_default=True, type=click.IntRange(1), help="Rows a transaction.")
def keys_rotate(batch: int) -> None:
    """Bring everything that is encrypted under the newest of PORTAL_SECRET_KEYS, while the portal serves.

    It can be stopped and started again. Afterwards, and once every process runs with the new key, the old ones can go.
    """
    settings, database = command.settings(), command.database()
    known: list[Table] = list(tables.metadata.sorted_tables)
    done = rotation.rotate(settings.database_url, known, settings.attachments_dir, batch)
    renewed, unreadable = sum(done.renewed.values()), sum(done.unreadable.values())
    if renewed:
        with database.system_transaction():
            audit.append(
                organisations.operator().id or 0,
                Action.KEYS_ROTATED,
                subject=("keys", None),
                actor_id=None,
                owner_id=None,
                detail={"renewed": renewed, "unreadable": unreadable},
            )
    for what, number in sorted(done.renewed.items()):
        click.echo(f"{what}: {number}")
    click.echo(f"{renewed} renewed; {done.held - unreadable} of {done.held} values are under the newest key.")
    if unreadable:
        places = ", ".join(f"{what} ({number})" for what, number in sorted(done.unreadable.items()))
        raise Refusal(f"No key opens {unreadable} values: {places}. Put the key they were made with back.")


COMMANDS: tuple[click.Command, ...] = (keys,)
