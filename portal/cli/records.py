"""The outbox and the audit, looked at from outside the web application."""

import json
from pathlib import Path
from typing import Any

import click
from sqlmodel import col, select

from portal.audit import anchors, verify
from portal.cli import command
from portal.cli.command import Refusal
from portal.notifications.models import OutboxMail, sealed


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print every field, as JSON.")
def mail(*, as_json: bool) -> None:
    """Show the outbox, without addresses or contents."""
    with command.database().system_transaction(write=False) as session:
        rows = [
            _row(each) for each in session.scalars(select(OutboxMail).options(*sealed()).order_by(col(OutboxMail.id)))
        ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(
            f"{row['id']}: {row['template']} {row['reference'] or ''} {row['state']} ({row['attempts']} attempts)"
        )


def _row(each: OutboxMail) -> dict[str, Any]:
    return {
        "id": each.id,
        "template": each.template,
        "reference": each.reference,
        "state": each.state.value,
        "attempts": each.attempts,
        "message_id": each.message_id,
        "next_attempt_at": each.next_attempt_at.isoformat(),
        "last_error": each.last_error,
    }


@click.group()
def audit() -> None:
    """Prove that nobody rewrote what happened."""


@audit.command("verify")
@click.option("--anchor", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="From `audit anchor`.")
def audit_verify(anchor: Path | None) -> None:
    """Walk every chain; exit 1 and name the first broken place."""
    kept = _read_anchor(anchor) if anchor else None
    with command.database().system_transaction(write=False):
        broken = verify.first_break(kept)
    if broken:
        raise Refusal(broken)
    click.echo("The audit is whole.")


@audit.command("anchor")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def audit_anchor(file: Path) -> None:
    """Write the end of every chain to FILE, to be kept where nobody who can reach the database can change it."""
    with command.database().system_transaction(write=False):
        heads = verify.heads()
    anchors.write(file, heads)


def _read_anchor(file: Path) -> anchors.Heads:
    try:
        return anchors.read(file)
    except ValueError:
        raise Refusal(f"{file} is not an anchor written by `portal audit anchor`.") from None


COMMANDS: tuple[click.Command, ...] = (mail, audit)
