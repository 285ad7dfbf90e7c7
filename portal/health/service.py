"""The schedulers' heartbeat: left after each pass, read by readiness."""

from datetime import datetime, timedelta

from sqlmodel import col, delete, func, select

from portal import db
from portal.health.models import SchedulerHeartbeat

KEPT = timedelta(days=1)


def beat(scheduler: str, now: datetime) -> None:
    """Note that `scheduler` has just finished a pass, and forget those not heard of for a day."""
    session = db.session()
    session.execute(delete(SchedulerHeartbeat).where(col(SchedulerHeartbeat.beat_at) < now - KEPT))
    session.merge(SchedulerHeartbeat(scheduler=scheduler, beat_at=now))


def last_beat() -> datetime | None:
    """Return when any scheduler last finished a pass, or None when none ever has."""
    return db.session().scalar(select(func.max(SchedulerHeartbeat.beat_at)))
