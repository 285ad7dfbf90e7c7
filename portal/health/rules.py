"""When a scheduler counts as stopped."""

from datetime import datetime, timedelta

# Many times any sensible interval between passes; ours.
LATE_AFTER = timedelta(minutes=5)


def passes(last_pass: datetime | None, now: datetime) -> bool:
    """Return whether a scheduler, whose `last_pass` the table knows, is heard of at `now`."""
    return last_pass is not None and now - last_pass <= LATE_AFTER


def stopped_since(last_pass: datetime | None, watched_since: datetime, now: datetime) -> datetime | None:
    """Return since when nothing has passed over what is due, or None while a scheduler is heard of.

    A process that has just started (`watched_since`) allows LATE_AFTER from then before people are told: whoever starts
    the portal after a night off starts its scheduler too.
    """
    heard = max(last_pass, watched_since) if last_pass else watched_since
    return (last_pass or watched_since) if now - heard > LATE_AFTER else None
