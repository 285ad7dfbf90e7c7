"""Timescales, working days and deadlines, as an operator or an independent check asks for them."""

import json
from datetime import UTC, datetime
from typing import Any

import click

from portal import clock, schema
from portal.cli import command
from portal.cli.command import Refusal
from portal.health import clocks
from portal.timescales import closures, in_force, policy, queries
from portal.timescales.calendar import WorkingCalendar


class Instant(click.ParamType[datetime]):
    """An ISO 8601 instant with its offset."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the instant; fails when it cannot be read or its offset is missing."""
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not an ISO 8601 instant, such as 2026-11-23T10:00:00+00:00.", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value} needs its offset, such as {value}+00:00.", param, ctx)
        return instant


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print every field, as JSON.")
def timescales(*, as_json: bool) -> None:
    """Show the timescales in force, with where each figure comes from."""
    rows = _rules().as_json()
    if as_json:
        click.echo(json.dumps(rows, indent=2, default=str))
        return
    for row in rows:
        length = f"{row['length']} {str(row['unit']).replace('_', ' ')}"
        click.echo(f"{row['kind']}: {length}. {row['source']} ({row['guidance_version']}).")


@click.group("working-days")
def working_days() -> None:
    """Count in KSAF's working days."""


@working_days.command("add")
@click.argument("start", type=Instant())
@click.argument("number", type=click.IntRange(min=1))
def working_days_add(start: datetime, number: int) -> None:
    """Print the instant, in UTC, at which "within NUMBER working days" of START ends."""
    click.echo(_calendar().deadline_after(start, number).astimezone(UTC).isoformat())


@click.command()
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="Print every field, as JSON.")
def deadlines(reference: str, *, as_json: bool) -> None:
    """Show the deadlines of one referral."""
    with command.database().system_transaction(write=False):
        rows = queries.system_deadlines(reference.upper())
    if not rows:
        raise Refusal(f"No deadline belongs to {reference}.")
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        said = row["ended_why"] or row["paused_why"]
        why = f" ({said})" if said else ""
        click.echo(f"{row['kind']}: {row['state']}{why}, owed by {row['organisation']}, due {row['due_at']}")


@click.command("clock")
@click.option("--is-right", is_flag=True, help="Believe it, where the portal has last run by a clock that was ahead.")
def the_clock(*, is_right: bool) -> None:
    """Say whether this machine's clock is right, as far as the portal can tell."""
    database = command.database()
    if is_right:
        with database.transaction():
            clocks.trust(clock.now())
    off = clocks.off(database, clocks.last_pass(database))
    if off is not None:
        raise Refusal(f"The clock is {clocks.in_words(off)}. Nothing fires until it is right.")
    click.echo("The clock is right, as far as the portal can tell.")


def _rules() -> policy.Policy:
    database = command.database()
    if schema.current(database.engine) is None:  # as below: nobody can have changed one
        return policy.load()
    with database.system_transaction(write=False):
        return in_force.rules()


def _calendar() -> WorkingCalendar:
    database = command.database()
    if schema.current(database.engine) is None:  # before the first `portal migrate` nobody can have added a closure day
        return WorkingCalendar.for_england(hours=policy.load().hours)
    with database.system_transaction(write=False):
        return closures.calendar()


COMMANDS: tuple[click.Command, ...] = (timescales, working_days, deadlines, the_clock)
