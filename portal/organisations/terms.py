"""The data-sharing terms an organisation accepts before it can refer, version by version, from terms.toml."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """One heading of the terms and its sentences."""

    heading: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """One published version."""

    id: str
    effective_on: date
    title: str
    summary: str
    parts: tuple[Part, ...]


@cache
def versions() -> tuple[Terms, ...]:
    """Return every published version, oldest first."""
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    found = [
        Terms(
            row["id"],
            row["effective_on"],
            row["title"],
            row["summary"],
            tuple(Part(part["heading"], tuple(part["text"])) for part in row["part"]),
        )
        for row in read["version"]
    ]
    return tuple(sorted(found, key=lambda terms: terms.effective_on))


def current() -> Terms:
    """Return the version that must be accepted now: the newest."""
    return versions()[-1]
