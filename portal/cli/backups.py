"""Keeping a copy of everything, and bringing it back."""

import time
from datetime import datetime
from pathlib import Path

import click

from portal import clock, schema
from portal.backups import keeping, moving, restoring, writing
from portal.backups.manifest import DamagedError
from portal.backups.rules import Kept
from portal.cli import command
from portal.cli.command import Refusal
from portal.db import Database
from portal.health import service as health
from portal.referrals import record_reviews
from portal.retention.erasures import DamagedListError
from portal.timescales import editions
from portal.web.dates import count_of


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--daily", type=click.IntRange(min=0), help="Then keep the newest of each of so many days.")
@click.option("--weekly", type=click.IntRange(min=0), help="... of each of so many weeks.")
@click.option("--monthly", type=click.IntRange(min=0), help="... of each of so many months.")
def backup(file: Path, daily: int | None, weekly: int | None, monthly: int | None) -> None:
    """Write everything to FILE while the portal serves: the rows of one moment, and the attachments they name.

    Where FILE is a folder, the backup is called by the moment in it. With --daily, --weekly or --monthly the older
    ones beside it (*.backup) go by that rule, and by the retention policy, once the new one is there: never the
    newest, nor what is not a whole backup of this portal.
    """
    began, by_rule = time.monotonic(), any(each is not None for each in (daily, weekly, monthly))
    file = file / f"portal-{clock.now():%Y-%m-%dT%H%M%SZ}{keeping.ENDING}" if file.is_dir() else file
    if by_rule and file.suffix != keeping.ENDING:
        raise Refusal(f"Call the file something that ends with {keeping.ENDING}: the rule keeps no others.")
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
    _note(command.database(), made.made_at)
    if by_rule:
        _prune(file.parent, Kept(daily or 0, weekly or 0, monthly or 0))


def _note(database: Database, made_at: datetime) -> None:
    """Let monitoring know of the backup; before an upgrade's migrations there is nowhere to note it yet."""
    if schema.current(database.engine) == schema.newest():
        with database.system_transaction():
            health.note_backup(made_at)


def _prune(folder: Path, kept: Kept) -> None:
    try:
        done = keeping.prune(folder, kept, clock.now())
    except OSError as problem:
        raise Refusal(f"The backup is there, but an older one could not be removed: {problem}") from None
    click.echo(f"{count_of(done.stay, 'backup')} kept, {len(done.removed)} removed by the rule.")
    for name, why in done.left:
        click.echo(f"Left alone: {name}: {why}", err=True)


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
    editions.keep(command.database())
    record_reviews.begin_where_missing(command.database())
    number = sum(int(count) for count, _ in held.tables.values())
    click.echo(
        f"Restored and verified {number} rows of {len(held.tables)} tables and {len(held.files)} attachments"
        f" in {time.monotonic() - began:.1f} s. What happened after {held.made_at.isoformat(timespec='seconds')} is not"
        f" in it. Erased again, as since then: {count_of(erased, 'record')}."
    )


@click.command()
@click.option("--to", "url", required=True, help="postgresql+psycopg://user:password@host/name: an empty database.")
def move(url: str) -> None:
    """Move this installation from SQLite to PostgreSQL, with the portal stopped.

    Rows are compared on both sides and the audit is verified. Attachments and the old file stay where they are.
    """
    began = time.monotonic()
    try:
        held = moving.move(command.database(), command.settings(), url)
    except (DamagedError, moving.MoveRefusedError, restoring.RestoreRefusedError) as problem:
        raise Refusal(str(problem)) from None
    number = sum(int(count) for count, _ in held.tables.values())
    events = sum(int(head["sequence"]) for head in held.audit_heads.values())
    click.echo(
        f"Moved and compared {number} rows of {len(held.tables)} tables; the audit is whole, {events} events;"
        f" {time.monotonic() - began:.1f} s. Set PORTAL_DATABASE_URL to the new database and start the portal."
    )


COMMANDS: tuple[click.Command, ...] = (backup, restore, move)
