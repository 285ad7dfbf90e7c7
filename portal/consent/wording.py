"""The words people are shown when we ask for consent, by version, so a record can point at them."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing a person may agree to on its own."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One published version; its text never changes."""

    id: str
    effective_from: date
    title: str
    introduction: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    rights: tuple[str, ...]
    safety: tuple[str, ...]


def _read(table: dict[str, Any]) -> Wording:
    return Wording(
        id=table["id"],
        effective_from=table["effective_from"],
        title=table["title"],
        introduction=tuple(table["introduction"]),
        purposes=tuple(Purpose(**purpose) for purpose in table["purpose"]),
        rights=tuple(table["rights"]),
        safety=tuple(table["safety"]),
    )


_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
VERSIONS = tuple(_read(table) for table in _TABLE["version"])
YOUNG_VERSIONS = tuple(_read(table) for table in _TABLE["young_version"])
"""The same choices in a young person's words."""


def wording(version_id: str) -> Wording:
    """The version called ``version_id``; raises KeyError when it was never published."""
    return {each.id: each for each in (*VERSIONS, *YOUNG_VERSIONS)}[version_id]


def current(on: date | None = None, among: Sequence[Wording] = VERSIONS) -> Wording:
    """The version ``among`` these in force ``on`` a date, or the newest published; raises ValueError before any."""
    in_force = [each for each in among if on is None or each.effective_from <= on]
    if not in_force:
        raise ValueError(f"no consent wording was in force on {on}")
    return max(in_force, key=lambda each: each.effective_from)


def wording_hash(version: Wording) -> str:
    """SHA-256, in hexadecimal, of everything ``version`` says, to prove later what was shown."""
    text = json.dumps(asdict(version), default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
