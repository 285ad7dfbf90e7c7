"""What an assessment weighs, the levels of need by area, the signs of each and the frames, from ``needs.toml``."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Aspect:
    """One thing KSAF weighs: its title, what to write, and the questions of the form that stand beside it."""

    key: str
    title: str
    hint: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Level:
    """One level of need; `front_door` ones are for the statutory services, above what KSAF works with."""

    number: int
    title: str
    means: str
    tier: int
    front_door: bool = False

    @property
    def name(self) -> str:
        """Return the level as people say it."""
        return f"Level {self.number}: {self.title.lower()}"


@dataclass(frozen=True)
class Scale:
    """The levels of one area, lowest first."""

    area: str
    title: str
    note: str
    levels: tuple[Level, ...]

    def level(self, number: int | None) -> Level | None:
        """Return the level called `number`, or None when this area has none such."""
        return next((each for each in self.levels if each.number == number), None)


@dataclass(frozen=True)
class Sign:
    """Something seen that points to a tier: 1 universal, 2 additional, 3 statutory."""

    key: str
    words: str
    tier: int


@dataclass(frozen=True)
class Domain:
    """A part of a child's life with its signs."""

    key: str
    title: str
    signs: tuple[Sign, ...]

    def of_tier(self, tier: int) -> list[Sign]:
        """Return the signs of one tier."""
        return [each for each in self.signs if each.tier == tier]


@dataclass(frozen=True)
class Frame:
    """A way of thinking about a family: a title and its questions, each a pair of title and question."""

    title: str
    parts: tuple[tuple[str, str], ...]


TIERS = {1: "Doing well", 2: "Additional need", 3: "Statutory threshold"}
_TIER_KEYS = ("universal", "additional", "statutory")


def _domain(row: dict[str, Any]) -> Domain:
    signs = (
        Sign(f"{row['key']}.{key}", words, tier)
        for tier, name in enumerate(_TIER_KEYS, start=1)
        for key, words in row[name]
    )
    return Domain(row["key"], row["title"], tuple(signs))


ASPECTS = tuple(Aspect(row["key"], row["title"], row["hint"], tuple(row["says"])) for row in _TABLE["aspect"])
SCALES = {
    row["area"]: Scale(row["area"], row["title"], row["note"], tuple(Level(**each) for each in row["level"]))
    for row in _TABLE["scale"]
}
DOMAINS = tuple(_domain(row) for row in _TABLE["domain"])
SIGNS = {sign.key: sign for domain in DOMAINS for sign in domain.signs}
FRAMES = tuple(
    Frame(row["title"], tuple((part["title"], part["ask"]) for part in row["part"])) for row in _TABLE["frame"]
)


def scale_for(area: str) -> Scale:
    """Return the levels for a child of `area`: Medway's own, and Kent's, where KSAF is at home, for everybody else."""
    return SCALES.get(area, SCALES["kent"])


def highest_tier(signs: Collection[str]) -> int:
    """Return the highest tier any of the `signs` (their keys) points to; 0 for none."""
    return max((SIGNS[key].tier for key in signs if key in SIGNS), default=0)
