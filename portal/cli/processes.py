"""Migrate, serve, schedule: the commands that a service manager calls."""

import json
import os
from pathlib import Path
from typing import Any

import click

from portal import clock, config, schema
from portal.cli import command
from portal.cli.command import Refusal
from portal.referrals import record_reviews
from portal.timescales import editions


@click.command()
def migrate() -> None:
    """Bring the database up to date."""
    url = command.settings().database_url
    schema.migrate(url)
    with schema.turn(url):
        editions.keep(command.database())
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
@click.pass_context
def run(context: click.Context, port: int) -> None:
    """Run the whole portal on this machine, with the demo unless PORTAL_ENV says otherwise, until Ctrl-C."""
    from portal import processes  # noqa: PLC0415 - only this command starts others

    data_dir = Path(os.environ.get("PORTAL_DATA_DIR", "var")).resolve()
    os.environ["PORTAL_DATA_DIR"] = str(data_dir)
    os.environ.setdefault("PORTAL_ENV", config.Environment.DEMO)
    os.environ.setdefault("PORTAL_BASE_URL", f"http://localhost:{port}")
    raise SystemExit(processes.run(port, data_dir, lambda: _prepare(context)))


def _prepare(context: click.Context) -> list[dict[str, Any]]:
    """Bring the database up to date; in the demo, fill it when it is empty, and return its accounts."""
    context.invoke(migrate)
    if command.settings().env is not config.Environment.DEMO:
        return []
    from portal import demo  # noqa: PLC0415 - the demo is no part of a real installation

    database = command.database()
    try:
        accounts = demo.accounts(database)
        if not accounts:
            click.echo("Loading the demo…")
            demo.load(database)
            accounts = demo.accounts(database)
    finally:
        database.engine.dispose()  # the servers have connections of their own
    return accounts


COMMANDS: tuple[click.Command, ...] = (migrate, serve, scheduler, tick, run)
