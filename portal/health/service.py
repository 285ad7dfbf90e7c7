"""Signs of life: the schedulers' heartbeat, which every process that serves pages watches, and the newest backup."""

import logging
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select

from portal import clock, db
from portal.health import rules
from portal.health.models import LastBackup, SchedulerHeartbeat

KEPT = timedelta(days=1)
_NEWEST = 1

_log = logging.getLogger(__name__)


class Watch:
    """What one web process knows of the schedulers; it says so once when they stop, and once when they are back."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self.stopped = False

    def stopped_since(self, last_pass: datetime | None) -> datetime | None:
        """Return since when no scheduler has passed, or None while one does; `last_pass` is what the table says."""
        found = rules.stopped_since(last_pass, self.since, clock.now())
        if self.stopped != (found is not None):
            self.stopped = found is not None
            _log.warning("the scheduler has stopped" if self.stopped else "the scheduler is back")
        return found


def watch(app: Flask) -> None:
    """Let `app` watch the schedulers from now on."""
    app.extensions["scheduler_watch"] = Watch(clock.now())


def stopped_since(last_pass: datetime | None) -> datetime | None:
    """Return since when no scheduler has passed, as this web process sees it, or None while one does."""
    seen_by: Watch = current_app.extensions["scheduler_watch"]
    return seen_by.stopped_since(last_pass)


def beat(scheduler: str, now: datetime) -> None:
    """Note that `scheduler` has just finished a pass, and forget those not heard of for a day."""
    session = db.session()
    session.execute(delete(SchedulerHeartbeat).where(col(SchedulerHeartbeat.beat_at) < now - KEPT))
    session.merge(SchedulerHeartbeat(scheduler=scheduler, beat_at=now))


def last_beat_beside() -> ColumnElement[datetime]:
    """Return when any scheduler last finished a pass, or NULL, as a column of a query that is asked anyhow."""
    return select(func.max(SchedulerHeartbeat.beat_at)).scalar_subquery()


def note_backup(made_at: datetime) -> None:
    """Note that a whole backup was made, of the rows of `made_at`."""
    db.session().merge(LastBackup(id=_NEWEST, made_at=made_at))


def last_backup_beside() -> ColumnElement[datetime]:
    """Return the moment that the newest backup holds, or NULL, as a column of a query that is asked anyhow."""
    return select(func.max(LastBackup.made_at)).scalar_subquery()
