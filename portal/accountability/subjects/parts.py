"""Which columns of which tables are told in a copy of a record, and why the others are withheld: `parts.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SAFEGUARDING, OTHERS, PORTAL = "safeguarding", "others", "portal"


@dataclass(frozen=True)
class Reason:
    """Why something is withheld, in words and in law."""

    words: str
    source: str


@dataclass(frozen=True)
class Part:
    """One table: its title, the label of each column that is told, and the reason's key for each withheld one.

    What was written in a row whose `kind` is one of `safeguarding_kinds` is treated as a safeguarding part.
    """

    table: str
    title: str
    told: dict[str, str]
    withheld: dict[str, str]
    safeguarding_kinds: tuple[str, ...] = ()


@cache
def parts() -> tuple[Part, ...]:
    """Return every part, in the order in which it is given."""
    return tuple(_part(row) for row in _read()["part"])


@cache
def reasons() -> dict[str, Reason]:
    """Return the reasons for withholding by their keys."""
    return {key: Reason(**row) for key, row in _read()["reasons"].items()}


@cache
def questions_about_others() -> frozenset[str]:
    """Return the keys of the form's questions that are answered about other people than the child."""
    return frozenset(_read()["questions_about_others"])


def _part(row: dict[str, Any]) -> Part:
    withheld = {column: reason for reason in (OTHERS, SAFEGUARDING, PORTAL) for column in row.get(reason, ())}
    return Part(row["table"], row["title"], row.get("told", {}), withheld, tuple(row.get("safeguarding_kinds", ())))


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
