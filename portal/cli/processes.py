"""Migrate, serve, schedule: the commands that a service manager calls."""

import json
import os
from pathlib import Path

import click

from portal import clock, schema
from portal.cli import command
from portal.cli.command import Refusal
from portal.referrals import record_reviews


@click.command()
def migrate() -> None:
    """Bring the database up to date."""
    url = command.settings().database_url
    schema.migrate(url)
    with schema.turn(url):
        record_reviews.begin_where_missing(command.database())


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads in each.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the web application alone."""
    from portal.cli.server import Server  # noqa: PLC0415 - gunicorn is worth its memory only here

    settings = command.settings()
    Server(settings, bind=f"{host}:{port}", workers=workers, threads=threads).run()


@click.command()
@click.option("--interval", default=30.0, show_default=True, type=click.FloatRange(0.1), help="Seconds between passes.")
def scheduler(interval: float) -> None:
    """Pass over everything due, again and again, until stopped. Any number of schedulers may run."""
    from portal import scheduler as scheduling  # noqa: PLC0415 - APScheduler is worth its memory only here
    from portal.web import logs  # noqa: PLC0415 - as above

    settings, database = command.settings(), command.database()
    logs.configure()
    scheduling.run(database, settings, interval)


@click.command()
def tick() -> None:
    """Do everything that is due now, once, and print what was done as JSON."""
    from portal import scheduler as scheduling  # noqa: PLC0415 - as above
    from portal.web import logs  # noqa: PLC0415 - as above

    settings, database = command.settings(), command.database()
    logs.configure()
    try:
        done = scheduling.tick(database, settings, clock.now())
    except scheduling.WrongClockError as wrong:
        raise Refusal(f"Nothing was done: {wrong}.") from None
    click.echo(json.dumps(done))
    if done["broken"]:
        raise Refusal("Part of the pass broke: see the log above.")


@click.command()
@click.option("--port", default=8000, envvar="PORT", show_default=True, type=click.IntRange(1, 65535))
def run(port: int) -> None:
    """Run the whole portal on this machine, with the demo unless PORTAL_ENV says otherwise, until Ctrl-C."""
    from portal import processes  # noqa: PLC0415 - only this command starts others

    raise SystemExit(processes.run(port, Path(os.environ.get("PORTAL_DATA_DIR", "var")).resolve()))


COMMANDS: tuple[click.Command, ...] = (migrate, serve, scheduler, tick, run)
