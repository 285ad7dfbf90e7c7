"""Rungs that cannot be fired: tried at the next passes, then set aside, shown to administrators, and tried every hour.

A rung set aside keeps no other waiting, those above it included: whoever was to hear that a deadline has been missed
hears of it although nobody could be told that it was approaching.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline, DeadlineRung, DeadlineState

# At a pass every 30 seconds these ride out two minutes, in which a release or a database's fail-over is over: ours.
TRIES = 5
# What is mended then fires by itself. Oftener, each thing that cannot be mended would fill the log: ours.
AGAIN = timedelta(hours=1)


def is_to_be_tried(now: datetime) -> Any:
    """Return the SQL that is true for rungs that are not set aside, and for those whose next try has come."""
    return or_(col(DeadlineRung.set_aside_at).is_(None), col(DeadlineRung.try_again_at) <= now)


def is_shown() -> Any:
    """Return the SQL that is true for rungs that are set aside and still matter."""
    return and_(
        col(DeadlineRung.set_aside_at).is_not(None),
        col(DeadlineRung.fired_at).is_(None),
        col(DeadlineRung.dropped_at).is_(None),
    )


def note_failure(session: Session, rung: DeadlineRung, now: datetime) -> bool:
    """Count a try of `rung` that failed; return whether it is set aside now.

    The deadline of a rung that was to say so is missed from then on, so that what is above it fires.
    """
    tries = rung.tries + 1
    facts: dict[str, Any] = {"tries": tries}
    if is_aside := tries >= TRIES:
        facts |= {"set_aside_at": rung.set_aside_at or now, "try_again_at": now + AGAIN}
    session.execute(update(DeadlineRung).where(col(DeadlineRung.id) == rung.id).values(**facts))
    if is_aside and rung.rung == Rung.MISSED:
        running = (col(Deadline.id) == rung.deadline_id, col(Deadline.state) == DeadlineState.RUNNING)
        session.execute(update(Deadline).where(*running).values(state=DeadlineState.MISSED))
    return is_aside
