"""The list of erasures outside the database, so that a backup that is brought back loses again what had gone.

One line of JSON an erasure, only ever added to: the kind of record, its row and reference, the rule, the version of
the policy and the instant. It names nobody. It belongs beside the anchors and the backups, on storage of its own.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlmodel import col, select

from portal import db
from portal.retention.models import Erasure
from portal.tenancy import TenantSession

_PENDING = "retention.erasures"
_TAIL = 4096
"""Bytes at the end of the file that surely hold its last line."""
_file: Path | None = None


class DamagedListError(Exception):
    """The list of erasures cannot be read; the message says where."""


@dataclass(frozen=True)
class Line:
    """One erasure, as the list keeps it."""

    key: str
    kind: str
    subject_id: int
    reference: str
    rule: str
    policy_version: str
    at: datetime

    def dumped(self) -> str:
        """Return the line of the file, without its end."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()})


def use_file(file: Path) -> None:
    """Keep the list in `file` from now on; it is made, for this account alone, when the first line comes."""
    global _file  # noqa: PLW0603 - one list a process, like the keys
    _file = file


def file() -> Path:
    """Return where the list is kept. Raises RuntimeError before `use_file`."""
    if _file is None:
        raise RuntimeError("No file for the list of erasures yet: call erasures.use_file first.")
    return _file


def add_before_commit(line: Line) -> None:
    """Have `line` on the disk just before the open transaction is committed: an erasure is never without it.

    Where the commit then fails, the line stands and the next pass carries the erasure out.
    """
    db.session().info.setdefault(_PENDING, []).append(line)


def read(source: Path) -> Iterator[Line]:
    """Give each erasure of the list `source` once, oldest first. Raises DamagedListError; no file is an empty list."""
    seen: set[str] = set()
    try:
        text = source.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for number, written in enumerate(text.splitlines(), 1):
        line = _line(written, f"line {number} of {source}")
        if line.key not in seen:
            seen.add(line.key)
            yield line


def missing() -> list[Line]:
    """Return the erasures of the list that the database does not know, oldest first. Needs a system transaction."""
    known = set(db.session().scalars(select(Erasure.key)).all())
    return [line for line in read(file()) if line.key not in known]


def is_up_to_date() -> bool:
    """Say whether the database knows the newest erasure of the list: false after an older backup was brought back.

    They are carried out in order, so the last stands for all. Needs a system transaction.
    """
    last = _last(file())
    return last is None or db.session().scalar(select(Erasure.id).where(col(Erasure.key) == last.key)) is not None


def _last(source: Path) -> Line | None:
    try:
        with source.open("rb") as kept:
            kept.seek(max(0, source.stat().st_size - _TAIL))
            lines = kept.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return None
    return _line(lines[-1], f"the last line of {source}") if lines else None


def _line(written: str, where: str) -> Line:
    try:
        held = json.loads(written)
        return Line(**held | {"at": datetime.fromisoformat(held["at"])})
    except (ValueError, TypeError, KeyError):
        raise DamagedListError(f"The list of erasures is damaged: {where}.") from None


def _append(lines: list[Line]) -> None:
    target = file()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    added = "".join(f"{line.dumped()}\n" for line in lines).encode()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "wb") as kept:
        kept.write(added)
        kept.flush()
        os.fsync(kept.fileno())


@event.listens_for(TenantSession, "before_commit")
def _write(session: Session) -> None:
    if not session.in_nested_transaction() and (lines := session.info.pop(_PENDING, [])):
        _append(lines)


@event.listens_for(TenantSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_PENDING, None)
