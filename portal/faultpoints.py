"""The instants at which a test may end this process as a power cut would. Outside the test environment nothing happens.

PORTAL_KILL_AT names a point and, after a colon, which time it counts ("after-claim:3"; the first unless told).
"""

import os
import signal
from collections import Counter
from enum import StrEnum

from portal.config import Environment


class Point(StrEnum):
    """Where a crash could lose something or do it twice, in the order in which each piece of work passes them."""

    BEFORE_CLAIM = "before-claim"
    AFTER_CLAIM = "after-claim"
    BEFORE_EFFECT = "before-effect"
    AFTER_EFFECT = "after-effect"
    BEFORE_COMMIT = "before-commit"
    AFTER_COMMIT = "after-commit"
    WEB_BEFORE_COMMIT = "web-before-commit"
    WEB_AFTER_COMMIT = "web-after-commit"
    MAIL_BEFORE_LEASE = "mail-before-lease"
    MAIL_LEASED = "mail-leased"
    MAIL_CONNECTED = "mail-connected"
    MAIL_ACCEPTED = "mail-accepted"
    MAIL_BEFORE_NOTED = "mail-before-noted"
    MAIL_NOTED = "mail-noted"


_reached: Counter[str] = Counter()


def reach(point: Point) -> None:
    """Send this process SIGKILL, in a test that has asked for it at `point`."""
    if os.environ.get("PORTAL_ENV") != Environment.TEST:
        return
    wanted, _, times = os.environ.get("PORTAL_KILL_AT", "").partition(":")
    if point != wanted:
        return
    _reached[point] += 1
    if _reached[point] >= int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
