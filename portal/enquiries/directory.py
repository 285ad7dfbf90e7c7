"""The directory of services that a caller may be pointed to, from TOML."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Service:
    """One service: what it is for, where, how to reach it, and when that was last checked."""

    key: str
    name: str
    what_for: str
    area: str
    phone: str
    web: str
    checked_on: date


_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SERVICES = tuple(Service(**row) for row in _TABLE["service"])


def chosen(keys: Sequence[str]) -> list[Service]:
    """Return the services with these keys, in the directory's order; one that has left it is left out."""
    return [each for each in SERVICES if each.key in keys]
