"""The policy of timescales as the file gives it, read once: what a new installation starts with.

What is owed, by whom and from when stands in the file alone. How long it may take is KSAF's to change, so whoever
counts time asks `in_force.rules()`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from portal.timescales import ladder
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.policy_rows import PolicyError, read_hours, read_timescales, read_version
from portal.timescales.timescale import Timescale

POLICY_FILE: Final = Path(__file__).with_name("policy.toml")
# Deadlines run for months, and there is a new file every few: so many are worked with at once. Ours.
_EDITIONS: Final = 8


@dataclass(frozen=True)
class Policy:
    """Every timescale by its kind, and the version that deadlines made under it remember."""

    version: str
    timescales: Mapping[str, Timescale]
    hours: tuple[time, time]
    """When KSAF opens and closes, London time."""

    def __getitem__(self, kind: str) -> Timescale:
        """Return the timescale of this kind; raises PolicyError when there is none."""
        if kind not in self.timescales:
            raise PolicyError(f"The policy has no timescale called {kind!r}.")
        return self.timescales[kind]

    def due_at(self, kind: str, start: datetime, calendar: WorkingCalendar, week: int | None = None) -> datetime:
        """Return when `kind` is due, in UTC; see `Timescale.due_at`. May raise PolicyError."""
        return self[kind].due_at(start, calendar, week)

    def rungs(
        self,
        kind: str,
        due_at: datetime,
        calendar: WorkingCalendar,
        started_at: datetime | None = None,
    ) -> tuple[tuple[ladder.Rung, datetime], ...]:
        """Return the rungs of `kind` and their instants; see `ladder.rungs`. Raises PolicyError."""
        return ladder.rungs(self[kind], due_at, calendar, started_at)

    def as_json(self) -> list[dict[str, object]]:
        """Return every timescale as plain values, for `portal timescales --json`."""
        return [_plain(timescale, self.version) for timescale in self.timescales.values()]


def _plain(timescale: Timescale, version: str) -> dict[str, object]:
    checked_on = timescale.checked_on.isoformat()
    return {**asdict(timescale), "checked_on": checked_on, "policy_version": version}


@cache
def load(path: Path = POLICY_FILE) -> Policy:
    """Return the policy in this file, read once a process.

    Raises PolicyError, naming the row and the figure, when the file cannot be relied on.
    """
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name} cannot be read: {error}") from error


@lru_cache(maxsize=_EDITIONS)
def read(file: str) -> Policy:
    """Return the policy that the text of a file gives; raises PolicyError as `load`."""
    try:
        document = tomllib.loads(file)
    except ValueError as error:
        raise PolicyError(f"The policy cannot be read: {error}") from error
    timescales = MappingProxyType(read_timescales(document))
    return Policy(read_version(document), timescales, read_hours(document))
