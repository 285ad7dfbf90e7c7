"""Which of many backups stay: the newest of each of so many days, weeks and months, and always the newest. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Kept:
    """Of how many days, weeks and months that have a backup the newest one stays; 0 for none of that kind."""

    daily: int = 0
    weekly: int = 0
    monthly: int = 0


_PERIODS: tuple[tuple[str, Callable[[datetime], object]], ...] = (
    ("daily", lambda made: made.date()),
    ("weekly", lambda made: made.isocalendar()[:2]),
    ("monthly", lambda made: (made.year, made.month)),
)


def staying(made: Sequence[datetime], kept: Kept, not_before: datetime) -> set[datetime]:
    """Return which of the moments `made`, on a London clock, stay: as `kept` says, but none from before `not_before`.

    The newest stays whatever else is said, so that there is always one.
    """
    newest_first = sorted(set(made), reverse=True)
    chosen = set(newest_first[:1])
    for name, period_of in _PERIODS:
        seen: set[object] = set()
        for each in newest_first:
            if len(seen) >= getattr(kept, name):
                break
            if (period := period_of(each)) not in seen:
                seen.add(period)
                chosen.add(each)
    return {each for each in chosen if each >= not_before or each == newest_first[0]}
