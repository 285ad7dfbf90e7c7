"""Published texts, version by version. A published version is never edited: a change is a new one."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

NOTICES = ("privacy", "accessibility", "terms")


@dataclass(frozen=True)
class Part:
    """One heading and its sentences."""

    heading: str
    text: tuple[str, ...]
    with_periods: bool = False
    """Followed by how long each kind of record is kept, as the retention policy in force says it."""


@dataclass(frozen=True)
class Notice:
    """One published version of a text."""

    id: str
    effective_on: date
    title: str
    summary: str
    parts: tuple[Part, ...]


@cache
def versions(file: Path) -> tuple[Notice, ...]:
    """Return every version in a TOML `file`, oldest first."""
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    found = [
        Notice(
            row["id"],
            row["effective_on"],
            row["title"],
            row["summary"],
            tuple(Part(part["heading"], tuple(part["text"]), part.get("with_periods", False)) for part in row["part"]),
        )
        for row in read["version"]
    ]
    return tuple(sorted(found, key=lambda notice: notice.effective_on))


def of(name: str) -> tuple[Notice, ...]:
    """Return every version of the notice called `name` (one of NOTICES), oldest first."""
    return versions(Path(__file__).with_name(f"{name}.toml"))


def terms_in_force() -> str:
    """Return the version of the terms that everybody who works in the portal must have accepted: the newest."""
    return of("terms")[-1].id
