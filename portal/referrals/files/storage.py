"""The bytes of attachments: encrypted, under random names, in one folder that nothing serves.

A file is written before its row is committed and taken away again when the transaction rolls back. A crash between
the two leaves a file without a row, unreadable and unreachable; `orphans` names them for a sweep.
"""

import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from portal import crypto, db
from portal.tenancy import TenantSession

_NAME = re.compile(r"[0-9a-f]{32}")
_WRITTEN, _LEAVING = "storage.written", "storage.leaving"
_folder: Path | None = None


def use_folder(folder: Path) -> None:
    """Keep attachments in `folder` from now on; it is made, for this account alone, when the first one comes."""
    global _folder  # noqa: PLW0603 - one folder a process, like the keys
    _folder = folder


def write(content: bytes) -> str:
    """Keep `content` encrypted, on the disk before this returns, and return the random name it lies under."""
    name, folder = secrets.token_hex(16), _ready()
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    _of_session(_WRITTEN).append(folder / name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(crypto.encrypt(content))
        file.flush()
        os.fsync(file.fileno())
    return name


def read(name: str) -> bytes:
    """Return what was kept under `name`. Raises FileNotFoundError, or cryptography's InvalidToken when changed."""
    return crypto.decrypt((_ready() / name).read_bytes())


def names(folder: Path) -> list[str]:
    """Return the names of the files kept in `folder`, in order; none where it has not been made yet."""
    return sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name)) if folder.is_dir() else []


def renew(folder: Path, name: str) -> bool:
    """Bring one file under the newest key, whole or not at all; return whether it was under another.

    Raises cryptography's InvalidToken when no key fits.
    """
    path = folder / name
    renewed = crypto.renewed(path.read_bytes())
    if renewed is None:
        return False
    beside = path.with_suffix(".renewed")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(renewed)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return True


def remove_after_commit(name: str) -> None:
    """Take the file away once the open transaction has been committed."""
    _of_session(_LEAVING).append(_ready() / name)


def orphans(known: Iterable[str]) -> list[Path]:
    """Return the files that none of the `known` names accounts for."""
    kept = set(known)
    return [path for path in _ready().iterdir() if path.name not in kept]


def _ready() -> Path:
    if _folder is None:
        raise RuntimeError("No folder for attachments yet: call storage.use_folder first.")
    _folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _folder


def _of_session(what: str) -> list[Path]:
    return db.session().info.setdefault(what, [])


def _discard(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


@event.listens_for(TenantSession, "after_commit")
def _keep(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop(_WRITTEN, None)
    _discard(session.info.pop(_LEAVING, []))


@event.listens_for(TenantSession, "after_soft_rollback")
def _undo(session: Session, ended: SessionTransaction) -> Any:
    if ended.parent is not None:
        return
    session.info.pop(_LEAVING, None)
    _discard(session.info.pop(_WRITTEN, []))
