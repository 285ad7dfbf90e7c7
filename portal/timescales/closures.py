"""KSAF's closure days, and the working calendar that knows them."""

import datetime as dt

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.timescales import in_force
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.models import ClosureDay
from portal.web.dates import clock_time, today

_REMEMBERED = "timescales.calendar"


def calendar() -> WorkingCalendar:
    """Return England's working calendar with KSAF's closure days, read once a session."""
    kept = db.session().info
    if _REMEMBERED not in kept:
        kept[_REMEMBERED] = WorkingCalendar.for_england(in_force.closure_days(), in_force.rules().hours)
    return kept[_REMEMBERED]


def calendar_at(version: str) -> WorkingCalendar:
    """Return the calendar of a deadline made under this `version`: by the hours of then, the closure days of now."""
    hours = in_force.rules_at(version).hours
    now = calendar()
    return now if hours == (now.opens, now.closes) else WorkingCalendar.for_england(in_force.closure_days(), hours)


def hours_in_words() -> tuple[str, str]:
    """Return when KSAF opens and closes, as "9am" and "5pm"."""
    day, hours = today(), calendar()
    return clock_time(hours.opening_on(day)), clock_time(hours.closing_on(day))


def forget() -> None:
    """Read calendar and policy again at the next question, after a change of either."""
    in_force.forget()
    db.session().info.pop(_REMEMBERED, None)


def listed(since: dt.date | None = None) -> list[ClosureDay]:
    """Return the closure days in order, from `since` on when it is given."""
    days = select(ClosureDay).order_by(col(ClosureDay.day))
    if since is not None:
        days = days.where(col(ClosureDay.day) >= since)
    return list(db.session().scalars(days).all())


def add(actor: Actor, day: dt.date, reason: str) -> bool:
    """Close KSAF on `day`; return False when it is closed already. Deadlines that run keep their promised time."""
    session = db.session()
    if session.get(ClosureDay, day) is not None:
        return False
    session.add(ClosureDay(day=day, reason=reason, added_by_id=actor.user_id, added_at=clock.now()))
    _changed(actor, Action.CLOSURE_ADDED, day, reason)
    return True


def remove(actor: Actor, day: dt.date) -> bool:
    """Open KSAF on `day` again; return False when it was not closed."""
    session = db.session()
    row = session.get(ClosureDay, day)
    if row is None:
        return False
    session.delete(row)
    _changed(actor, Action.CLOSURE_REMOVED, day, row.reason)
    return True


def _changed(actor: Actor, action: Action, day: dt.date, reason: str) -> None:
    db.session().flush()
    forget()
    audit.record(actor, action, subject=("closure_day", day.toordinal()), day=day.isoformat(), reason=reason)
