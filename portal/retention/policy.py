"""The retention policy in force, read once from policy.toml: the one source for the pages, the notice and what acts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from portal.retention.rules import Length, Unit

FILE: Final = Path(__file__).with_name("policy.toml")


class PolicyError(ValueError):
    """The policy cannot be relied on; the message names the row."""


class By(StrEnum):
    """Who sets it going."""

    APPROVAL = "approval"
    RULE = "rule"
    HAND = "hand"


class Does(StrEnum):
    """What becomes of the record."""

    ANONYMISE = "anonymise"
    DELETE = "delete"


class Begins(StrEnum):
    """What its time is counted from."""

    LAST_CHANGE = "last_change"
    BIRTH = "birth"
    MADE = "made"
    ENDED = "ended"


@dataclass(frozen=True)
class Rule:
    """How long one kind of record is kept, and what then happens to it."""

    key: str
    title: str
    length: Length
    begins: Begins
    does: Does
    by: By
    source: str
    is_ours: bool
    checked_on: date
    public: str
    """What the privacy notice says of it; empty where it says nothing."""


@dataclass(frozen=True)
class Policy:
    """Every rule by its key, in the order of the file, with the version that each erasure remembers."""

    version: str
    rules: Mapping[str, Rule]
    kept: tuple[str, ...]
    """What stays of a record that was erased, and why, in words."""

    def __getitem__(self, key: str) -> Rule:
        """Return the rule called `key`. Raises PolicyError when there is none."""
        if key not in self.rules:
            raise PolicyError(f"The retention policy has no rule called {key!r}.")
        return self.rules[key]


def public_sentences() -> list[str]:
    """Return what the privacy notice says about how long each kind of record is kept."""
    return [rule.public.format(period=rule.length.in_words()) for rule in load().rules.values() if rule.public]


@cache
def load(path: Path = FILE) -> Policy:
    """Return the policy in this file, read once a process. Raises PolicyError when it cannot be relied on."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = {row["key"]: _rule(row) for row in document["rule"]}
        return Policy(document["version"], MappingProxyType(rules), tuple(document["kept"].values()))
    except (OSError, ValueError, KeyError) as error:
        raise PolicyError(f"{path.name} cannot be relied on: {error}") from error


def _rule(row: dict[str, Any]) -> Rule:
    length = Length(row["length"], Unit(row["unit"]))
    if length.number < 1:
        raise PolicyError(f"{row['key']} is kept for no time at all.")
    return Rule(
        key=row["key"],
        title=row["title"],
        length=length,
        begins=Begins(row["from"]),
        does=Does(row["does"]),
        by=By(row["by"]),
        source=row["source"],
        is_ours=row["ours"],
        checked_on=row["checked_on"],
        public=row.get("public", ""),
    )
