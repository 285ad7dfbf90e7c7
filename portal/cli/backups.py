"""Keeping a copy of everything, and bringing it back."""

import time
from pathlib import Path

import click

from portal.backups import restoring, writing
from portal.backups.manifest import DamagedError
from portal.cli import command
from portal.cli.command import Refusal
from portal.retention.erasures import DamagedListError
from portal.web.dates import count_of


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write everything to FILE while the portal serves: the rows of one moment, and the attachments they name."""
    began = time.monotonic()
    try:
        made = writing.write(command.database(), command.settings(), file)
    except (DamagedError, OSError) as problem:
        raise Refusal(f"No backup was written: {problem}") from None
    number = sum(int(count) for count, _ in made.tables.values())
    click.echo(
        f"Backed up and verified {number} rows of {len(made.tables)} tables and {len(made.files)} attachments"
        f" in {time.monotonic() - began:.1f} s, as they were at {made.made_at.isoformat(timespec='seconds')}."
    )
    if made.missing:
        raise Refusal(
            f"{len(made.missing)} attachments have no file: {', '.join(made.missing)}. All else is in {file}."
        )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--without-erasures", is_flag=True, help="Go on although the list of erasures is lost.")
def restore(file: Path, *, without_erasures: bool) -> None:
    """Bring back what `portal backup` wrote to FILE, into an empty data directory.

    What has been erased since then is erased again, by the list at PORTAL_ERASURES_FILE.
    """
    began, settings = time.monotonic(), command.settings()
    try:
        held = restoring.restore(file, settings, without_erasures=without_erasures)
        erased = restoring.erase_again(command.database(), settings)
    except (DamagedError, DamagedListError, restoring.RestoreRefusedError) as problem:
        raise Refusal(str(problem)) from None
    if place := restoring.broken(command.database(), held):
        raise Refusal(f"The rows are back, but the audit is not whole. {place}")
    number = sum(int(count) for count, _ in held.tables.values())
    click.echo(
        f"Restored and verified {number} rows of {len(held.tables)} tables and {len(held.files)} attachments"
        f" in {time.monotonic() - began:.1f} s. What happened after {held.made_at.isoformat(timespec='seconds')} is not"
        f" in it. Erased again, as since then: {count_of(erased, 'record')}."
    )


COMMANDS: tuple[click.Command, ...] = (backup, restore)
