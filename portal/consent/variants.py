"""The published wordings in other ways: Easy Read, and translations that somebody has checked (variants.toml)."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from portal.consent import wording
from portal.consent.wording import Purpose, Wording

PLAIN = "english"
"""The key of the wording as it was published."""
_ENGLISH = "en-GB"


class VariantError(ValueError):
    """A variant cannot be relied on; the message names it."""


class Kind(StrEnum):
    """In which way a wording is said."""

    PLAIN = "plain"
    EASY_READ = "easy_read"
    TRANSLATION = "translation"


@dataclass(frozen=True)
class Variant:
    """One way to read a published wording, with its words as a wording of their own, by whose id they are recorded.

    `pictures` has the picture of each statement, by "introduction", "rights", "safety" or a purpose's key.
    """

    key: str
    name: str
    kind: Kind
    of: str
    wording: Wording
    language: str = _ENGLISH
    direction: str = "ltr"
    pictures: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    checked_by: str = ""
    checked_on: date | None = None

    @property
    def is_offered(self) -> bool:
        """Say whether a family may be shown it: a translation only once somebody has checked it."""
        return self.kind is not Kind.TRANSLATION or bool(self.checked_by and self.checked_on)

    @property
    def attributes(self) -> Markup:
        """Return the attributes of an element that holds its words; none where they are in the page's own English."""
        if self.language == _ENGLISH:
            return Markup()
        return Markup(' lang="{}" dir="{}"').format(self.language, self.direction)


def plain(version: Wording) -> Variant:
    """Return `version` as it was published."""
    return Variant(PLAIN, "English", Kind.PLAIN, version.id, version)


def read(row: Mapping[str, Any]) -> Variant:
    """Return the variant of one table of variants.toml. Raises VariantError where it asks something else."""
    said: dict[str, Sequence[Sequence[str]]] = {key: row[key] for key in ("introduction", "rights", "safety")}
    said |= {each["key"]: each["said"] for each in row["purpose"]}
    worded = Wording(
        id=row["id"],
        effective_from=row["effective_from"],
        title=row["title"],
        introduction=_sentences(said["introduction"]),
        purposes=tuple(
            Purpose(each["key"], each["title"], "\n".join(_sentences(each["said"]))) for each in row["purpose"]
        ),
        rights=_sentences(said["rights"]),
        safety=_sentences(said["safety"]),
    )
    made = Variant(
        key=row["key"],
        name=row["name"],
        kind=Kind(row["kind"]),
        of=row["of"],
        wording=worded,
        language=row["language"],
        direction=row["direction"],
        pictures={key: tuple(picture for picture, _ in pairs) for key, pairs in said.items()},
        checked_by=row.get("checked_by", ""),
        checked_on=row.get("checked_on"),
    )
    return _whole(made)


def _sentences(pairs: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sentence for _, sentence in pairs)


def _whole(made: Variant) -> Variant:
    """Return a variant that asks the same questions as its source, in the same order; raise VariantError otherwise."""
    source = wording.wording(made.of)
    if [each.key for each in made.wording.purposes] != [each.key for each in source.purposes]:
        raise VariantError(f"{made.wording.id} does not ask what {source.id} asks.")
    if made.direction not in {"ltr", "rtl"} or made.key == PLAIN:
        raise VariantError(f"{made.wording.id} has no direction, or takes the name of the published wording.")
    return made


VARIANTS = tuple(map(read, tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["variant"]))


def offered(version: Wording) -> tuple[Variant, ...]:
    """Return the ways to read `version`: as it was published, then what says the same and may be shown."""
    return (plain(version), *(each for each in VARIANTS if each.of == version.id and each.is_offered))


def chosen(version: Wording, key: str) -> Variant:
    """Return the way to read `version` that is called `key`; as it was published where none is."""
    return next((each for each in offered(version) if each.key == key), plain(version))


def published(wording_id: str) -> Wording:
    """Return the words by which an answer was recorded, in whichever way they were read. Raises KeyError for none."""
    found = next((each.wording for each in VARIANTS if each.wording.id == wording_id), None)
    return found or wording.wording(wording_id)
