"""The command's root, and what every command of it begins with: settings, keys, clock, database."""

import importlib
import os
from datetime import datetime
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from portal import clock, config, crypto, db


class Refusal(click.ClickException):
    """One clear line on standard error, and exit code 1."""

    def show(self, file: Any = None) -> None:
        """Print the line as it stands."""
        click.echo(self.message, file=file, err=True)


class _Root(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what an operator can put right becomes a refusal instead of a traceback."""
        try:
            return super().invoke(ctx)
        except config.UnsafeSettingsError as problem:
            raise Refusal(str(problem)) from None
        except DBAPIError as problem:
            said = str(problem.orig).splitlines()[0]
            raise Refusal(f"The database cannot do this ({said}). Has `portal migrate` been run?") from None


@click.group(cls=_Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Run and look after the KSAF Partner Portal."""


def settings() -> config.Settings:
    """Return the environment's settings, their keys in use and, in tests alone, the clock set to PORTAL_CLOCK.

    Raises UnsafeSettingsError.
    """
    made = config.from_environment()
    crypto.use_keys(made.secret_keys)
    asked = os.environ.get("PORTAL_CLOCK")
    if asked and made.env is config.Environment.TEST:
        clock.set_to(datetime.fromisoformat(asked))
    return made


def database() -> db.Database:
    """Return the database of the environment's settings. Raises UnsafeSettingsError."""
    importlib.import_module("portal.tables")  # the tenant filter must know every table; not every command needs them
    made = db.Database(settings().database_url)
    click.get_current_context().call_on_close(made.engine.dispose)
    return made
