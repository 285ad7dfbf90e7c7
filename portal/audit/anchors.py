"""Anchors: the ends of every chain, kept in files outside the database, so that a chain cut short or rewritten shows.

An anchor is worth what its keeping is worth: the folder belongs on storage that whoever can change the database cannot.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.audit import verify
from portal.db import Database
from portal.web.dates import in_london

Heads = dict[str, dict[str, Any]]


def write(file: Path, heads: Heads) -> None:
    """Write the ends of every chain to `file`, whole or not at all."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(heads, indent=2) + "\n", encoding="ascii")
    unfinished.replace(file)


def read(file: Path) -> Heads:
    """Return what `write` wrote to `file`. Raises ValueError when it holds anything else."""
    try:
        return {
            str(int(organisation)): {"sequence": int(head["sequence"]), "hash": str(head["hash"])}
            for organisation, head in json.loads(file.read_text(encoding="utf-8")).items()
        }
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise ValueError(f"{file} is no anchor.") from wrong


def daily(database: Database, folder: Path, now: datetime) -> int:
    """Write the London day's anchor into `folder` unless it is there; return how many were written, 1 or 0."""
    file = folder / f"anchor-{in_london(now).date().isoformat()}.json"
    if file.exists():
        return 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with database.system_transaction(write=False):
        write(file, verify.heads())
    return 1
