"""When a scheduler counts as stopped."""

from datetime import datetime, timedelta

# Many times any sensible interval between passes; ours.
LATE_AFTER = timedelta(minutes=5)


def stopped_since(last_pass: datetime | None, watched_since: datetime, now: datetime) -> datetime | None:
    """Return since when nothing has passed over what is due, or None while a scheduler is heard of.

    A process that has just started (`watched_since`) allows LATE_AFTER from then: whoever starts the portal after a
    night off starts its scheduler too.
    """
    heard = max(last_pass, watched_since) if last_pass else watched_since
    return (last_pass or watched_since) if now - heard > LATE_AFTER else None
