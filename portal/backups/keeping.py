"""Removing the backups of a folder that no rule keeps. What is not a whole backup of this portal is never touched."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.fernet import InvalidToken

from portal import crypto
from portal.backups import reading, rules
from portal.backups.manifest import DamagedError
from portal.backups.rules import Kept
from portal.backups.writing import LOCK
from portal.retention import policy, queries
from portal.web.dates import in_london

ENDING = ".backup"
"""How the name of a backup ends; a file that is called otherwise is not even opened."""


@dataclass
class Pruned:
    """What was done: the names that were removed, how many stay, and what was left alone, each with why."""

    removed: list[str] = field(default_factory=list[str])
    stay: int = 0
    left: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def prune(folder: Path, kept: Kept, now: datetime) -> Pruned:
    """Remove from `folder` what `kept` does not keep, and what is older than the retention policy lets a backup be.

    Each file is read whole first: one that is damaged, or that this portal's keys do not open, neither goes nor counts
    in another's place. Raises OSError where a file cannot be removed.
    """
    done, ours = Pruned(), dict[Path, datetime]()
    for file in sorted(folder.glob(f"*{ENDING}")):
        made = _made(file, done)
        if made is not None:
            ours[file] = in_london(made)
    limit = policy.load()["backup"].length
    staying = rules.staying(list(ours.values()), kept, queries.end_of(limit.before(in_london(now).date())))
    for file, made in ours.items():
        if made in staying:
            done.stay += 1
        else:
            file.unlink()
            done.removed.append(file.name)
    return done


def _made(file: Path, done: Pruned) -> datetime | None:
    """Return when a whole backup of this portal was made; None for anything else, which `done` then names."""
    if file.is_symlink() or not file.is_file():
        done.left.append((file.name, "not a file"))
        return None
    try:
        held = reading.verify(file)
    except (DamagedError, OSError) as problem:
        done.left.append((file.name, str(problem)))
        return None
    try:
        is_ours = crypto.decrypt(held.lock.encode()) == LOCK
    except InvalidToken:
        is_ours = False
    if not is_ours:
        done.left.append((file.name, "this portal’s keys do not open it"))
    return held.made_at if is_ours else None
