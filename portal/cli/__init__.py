"""The `portal` command. Exit codes: 0 done, 1 refused or found wanting (one line on standard error), 2 wrong usage."""

from portal.cli import backups, first_steps, processes, records, time
from portal.cli.command import main

for each in (*processes.COMMANDS, *first_steps.COMMANDS, *time.COMMANDS, *records.COMMANDS, *backups.COMMANDS):
    main.add_command(each)

__all__ = ["main"]
