"""A machine's clock that is set ahead while a scheduler runs: seen beside one that nobody sets.

Only where the database has no clock of its own to compare with. Nothing says which of the two is right: a machine that
was frozen and woken has a clock that jumps to the right time. So a jump holds everything for a while, in which a time
server or a person may put it right, and is believed then.
"""

import time
from datetime import datetime, timedelta

from portal.health.rules import CLOCK_OFF

HOLD = timedelta(minutes=15)
"""How long a clock that has jumped ahead is not believed: ours. Whoever watches the portal is called after five."""
# It goes on while the machine sleeps, where there is one that does.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds() -> float:
    """Return the time by a clock that nobody sets, in seconds since some moment."""
    return time.clock_gettime(_STEADY)


class Steady:
    """What one process knows of its machine's clock, from one look to the next."""

    def __init__(self) -> None:
        self._seen: tuple[datetime, float] | None = None
        self._held_since: float | None = None

    def is_held(self, machine: datetime, steady: float) -> bool:
        """Say whether nothing should fire by the clock of the `machine`, looked at when the `steady` one said so."""
        if self._seen and machine - self._seen[0] - timedelta(seconds=steady - self._seen[1]) > CLOCK_OFF:
            self._held_since = steady if self._held_since is None else self._held_since
            if steady - self._held_since < HOLD.total_seconds():
                return True
        self._seen, self._held_since = (machine, steady), None
        return False
