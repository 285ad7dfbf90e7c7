"""What retention would remove, and removing what has been approved."""

import click

from portal.cli import command
from portal.cli.command import Refusal
from portal.retention import shown
from portal.web.dates import today


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what is due and why, and change nothing.")
def retention(*, dry_run: bool) -> None:
    """Look at what has been kept long enough."""
    if not dry_run:
        raise Refusal("Nothing goes unseen: use --dry-run to see what is due. A manager approves it at /retention.")
    with command.database().system_transaction(write=False):
        found = shown.overview(today())
    for line in found.lines:
        click.echo(f"{line.reference}: {shown.why(line)}")
    click.echo(f"Due: {found.in_words}. Nothing was changed.")


COMMANDS: tuple[click.Command, ...] = (retention,)
