"""The legal conditions of sharing without consent, read once from ``grounds.toml``, each with its source."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.referrals.form.sections import question


@dataclass(frozen=True)
class Ground:
    """One condition to choose: its words, where it stands, and the day somebody last read that."""

    key: str
    label: str
    cite: str
    source: str
    checked_on: dt.date


@dataclass(frozen=True)
class Condition:
    """What has to be chosen, what to say to somebody who left it out, and the choices."""

    title: str
    missing: str
    grounds: tuple[Ground, ...]

    @property
    def labels(self) -> dict[str, str]:
        """Return the words of each choice by its key."""
        return {each.key: each.label for each in self.grounds}

    @property
    def cites(self) -> dict[str, str]:
        """Return where each choice stands in the law, by its key."""
        return {each.key: each.cite for each in self.grounds}

    def in_words(self, key: str | None) -> str:
        """Return a choice with where it stands; empty for none."""
        chosen = next((each for each in self.grounds if each.key == key), None)
        if chosen is None:
            return ""
        return f"{chosen.label} ({chosen.cite})" if chosen.cite else chosen.label


def _asked(key: str) -> Condition:
    """Return a question of the referral form as a condition, so that KSAF and referrers choose from the same words."""
    asked = question(key)
    choices = (Ground(each.value, each.label, each.hint, "The referral form", _READ_ON) for each in asked.choices)
    return Condition(asked.label, asked.missing, tuple(choices))


def _condition(table: dict[str, Any]) -> Condition:
    return Condition(table["title"], table["missing"], tuple(Ground(**each) for each in table["ground"]))


_READ_ON = dt.date(2026, 11, 22)
_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

REASON = _asked("sharing_reason")
STATUTORY_BASIS = _asked("statutory_basis")
ARTICLE_6 = _condition(_TABLE["article_6"])
ARTICLE_9 = _condition(_TABLE["article_9"])
PARAGRAPH_18 = _condition(_TABLE["paragraph_18"])
