"""The `portal` command. Exit codes: 0 done, 1 refused or found wanting (one line on standard error), 2 wrong usage."""

from portal.cli import backups, first_steps, keys, processes, records, retention, subjects, time
from portal.cli.command import main

MODULES = (processes, first_steps, time, records, backups, keys, subjects, retention)

for each in (command for module in MODULES for command in module.COMMANDS):
    main.add_command(each)

__all__ = ["main"]
