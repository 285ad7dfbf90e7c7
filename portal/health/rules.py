"""When a scheduler counts as stopped, and a clock as wrong."""

from datetime import datetime, timedelta

# Many times any sensible interval between passes; ours.
LATE_AFTER = timedelta(minutes=5)
# Many times what a machine drifts between two looks at a time server, less than the shortest lead of a prompt: ours.
CLOCK_OFF = timedelta(minutes=5)


def passes(last_pass: datetime | None, now: datetime) -> bool:
    """Return whether a scheduler, whose `last_pass` the table knows, is heard of at `now`."""
    return last_pass is not None and -CLOCK_OFF <= now - last_pass <= LATE_AFTER


def clock_off(ours: datetime, theirs: datetime | None, last_pass: datetime | None) -> timedelta | None:
    """Return how far our clock is ahead (negative: behind), None while it is right, or nothing tells.

    `theirs` is what the database's own clock says. Where it has none, the newest pass of a scheduler tells of a clock
    that went back; one that is ahead looks like an outage that is over.
    """
    off = ours - theirs if theirs else min(ours - last_pass, timedelta()) if last_pass else timedelta()
    return off if abs(off) > CLOCK_OFF else None


def stopped_since(last_pass: datetime | None, watched_since: datetime, now: datetime) -> datetime | None:
    """Return since when nothing has passed over what is due, or None while a scheduler is heard of.

    A process that has just started (`watched_since`) allows LATE_AFTER from then before people are told: whoever starts
    the portal after a night off starts its scheduler too. A pass that lies ahead was by another clock: nothing is known
    of one since.
    """
    if last_pass and last_pass - now > CLOCK_OFF:
        return watched_since
    heard = max(last_pass, watched_since) if last_pass else watched_since
    return (last_pass or watched_since) if now - heard > LATE_AFTER else None
