"""The `portal` command. Exit codes: 0 done, 1 refused or found wanting (one line on standard error), 2 wrong usage."""

from portal.cli.command import main
from portal.cli import processes as _processes  # noqa: F401 - importing a module adds its commands

__all__ = ["main"]
