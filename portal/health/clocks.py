"""Whether this machine's clock is to be believed, as far as the database can tell."""

from datetime import datetime, timedelta

from sqlmodel import col, delete, func, select

from portal import clock, db
from portal.db import Database
from portal.health import rules
from portal.health.models import SchedulerHeartbeat


def last_pass(database: Database) -> datetime | None:
    """Return when any scheduler last finished a pass, None where none has."""
    with database.transaction(write=False) as session:
        return session.scalar(select(func.max(SchedulerHeartbeat.beat_at)))


def off(database: Database, last_pass: datetime | None) -> timedelta | None:
    """Return how far this machine's clock is off, as `rules.clock_off` says it, with the newest pass at `last_pass`."""
    theirs = database.instant()
    return rules.clock_off(clock.machine() if theirs else clock.now(), theirs, last_pass)


def in_words(off: timedelta) -> str:
    """Return "3:00:00 behind what the database knows"."""
    return f"{abs(off)} {'ahead of' if off > timedelta() else 'behind'} what the database knows"


def trust(now: datetime) -> int:
    """Forget the passes that lie ahead of `now`, of a clock that has been put right since; return how many."""
    ahead = delete(SchedulerHeartbeat).where(col(SchedulerHeartbeat.beat_at) > now)
    return db.changed(db.session(), ahead)
