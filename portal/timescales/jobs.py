"""The tick: every rung that is due fires once, whoever else is ticking.

Due work lives in the database, so a tick that never came is made up for by the next one. A batch claims its rungs and
does all they bring in one short transaction: a crash undoes both or neither. On PostgreSQL one tick takes its turn at a
time, locks its rungs and their deadlines and passes over those that a person holds; on SQLite one writer goes at once.
Each claim is a guarded UPDATE besides.
"""

import logging
from datetime import datetime
from enum import StrEnum
from time import sleep
from typing import Any, cast

from sqlalchemy import CursorResult, exists, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased
from sqlmodel import col, select

from portal.audit import service as audit
from portal.audit.actions import Action
from portal.db import Database
from portal.faultpoints import Point, reach
from portal.timescales import aside, closures, in_force, prompts
from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline, DeadlineRung, DeadlineState
from portal.timescales.recipients import Directory

log = logging.getLogger(__name__)

# Few enough that a person never waits long for the tick's turn at the audit chain or at SQLite's write lock.
BATCH = 20
# Seconds between batches on SQLite, whose write lock knows no queue: without a gap whoever waits could wait for ever.
BREATH = 0.05
# Under PostgreSQL's deadlock_timeout of one second: the tick gives way before a person's request could be the victim.
LOCK_TIMEOUT = "800ms"
TURN = 20_261_122  # any number that nobody else locks

# The state a deadline must be in for each rung to fire. Links a parent has not answered climb a ladder of their own.
FIRES_WHILE = {
    Rung.APPROACHING: DeadlineState.RUNNING,
    Rung.MISSED: DeadlineState.RUNNING,
    Rung.STILL_MISSED: DeadlineState.MISSED,
    Rung.AGAIN: DeadlineState.MISSED,
    Rung.DUE: DeadlineState.RUNNING,
}


class Outcome(StrEnum):
    """What became of a rung in one tick."""

    FIRED = "fired"
    DROPPED = "dropped"
    SET_ASIDE = "set_aside"


def run(database: Database, now: datetime) -> dict[str, int]:
    """Fire everything due at `now` and return how many rungs were fired, dropped (no longer needed) and set aside.

    One whose effect raises is logged and left for the next tick, and the others fire meanwhile; `aside` says what
    becomes of one that goes on failing.
    """
    counts = dict.fromkeys(Outcome, 0)
    failed: set[int] = set()
    while _is_anything_due(database, now, failed):
        done = _next_batch(database, now, failed)
        for outcome in done:
            counts[outcome] += 1
        if not done:  # others hold the rest
            break
        if _is_sqlite(database):
            sleep(BREATH)
    return {str(outcome): number for outcome, number in counts.items()}


def _next_batch(database: Database, now: datetime, failed: set[int]) -> list[Outcome]:
    """Return what became of a batch: none where SQLite's one write lock never came free, and the next tick goes on."""
    reach(Point.BEFORE_CLAIM)
    try:
        with database.system_transaction() as session:
            done = _batch(session, now, failed)
            reach(Point.BEFORE_COMMIT)
    except OperationalError as error:
        if not (_is_sqlite(database) and "locked" in str(error)):
            raise
        log.warning("The database was busy. What is left fires at the next tick.")
        return []
    reach(Point.AFTER_COMMIT)
    return done


def _is_sqlite(database: Database) -> bool:
    return database.engine.dialect.name == "sqlite"


def _is_anything_due(database: Database, now: datetime, failed: set[int]) -> bool:
    with database.system_transaction(write=False) as session:
        return session.execute(_due(now, failed).limit(1)).first() is not None


def _due(now: datetime, failed: set[int]) -> Any:
    """Return the select of what is due, the oldest first; a rung waits for the one below it until that is set aside."""
    below = aliased(DeadlineRung)
    waits = (
        exists()
        .where(
            col(below.deadline_id) == col(DeadlineRung.deadline_id), col(below.fires_at) < col(DeadlineRung.fires_at)
        )
        .where(col(below.fired_at).is_(None), col(below.dropped_at).is_(None), col(below.set_aside_at).is_(None))
    )
    return (
        select(DeadlineRung, Deadline)
        .join(Deadline, col(Deadline.id) == col(DeadlineRung.deadline_id))
        .where(
            col(DeadlineRung.fires_at) <= now,
            col(DeadlineRung.fired_at).is_(None),
            col(DeadlineRung.dropped_at).is_(None),
            col(DeadlineRung.rung).in_(FIRES_WHILE),
            col(DeadlineRung.id).not_in(failed),
            aside.is_to_be_tried(now),
            col(Deadline.state) != DeadlineState.PAUSED,
            ~waits,
        )
        .order_by(col(DeadlineRung.fires_at), col(DeadlineRung.id))
    )


def _batch(session: Session, now: datetime, failed: set[int]) -> list[Outcome]:
    if session.get_bind().dialect.name == "postgresql" and not _takes_its_turn(session):
        return []
    claimed: list[Any] = list(session.execute(_due(now, failed).limit(BATCH).with_for_update(skip_locked=True)).all())
    reach(Point.AFTER_CLAIM)
    directory = Directory()
    done = [_try(session, rung, deadline, now, directory) for rung, deadline in claimed]
    failed.update(rung.id for (rung, _), outcome in zip(claimed, done, strict=True) if outcome is Outcome.SET_ASIDE)
    return done


def _takes_its_turn(session: Session) -> bool:
    """Let one tick write at a time: all of them would wait for the same audit chain anyway, holding their rungs."""
    connection = session.connection()
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    return bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({TURN})").scalar())


def _try(session: Session, rung: DeadlineRung, deadline: Deadline, now: datetime, directory: Directory) -> Outcome:
    facts = {"rung": rung.id, "deadline": deadline.id, "tries": rung.tries + 1}
    try:
        with session.begin_nested():
            return _fire_or_drop(session, rung, deadline, now, directory)
    except OperationalError:  # the database was busy, which is no fault of the rung's
        log.exception("a rung has to wait for the next tick", extra={"facts": facts})
        return Outcome.SET_ASIDE
    except Exception:
        log.exception("a rung could not be fired and waits for the next tick", extra={"facts": facts})
    if aside.note_failure(session, rung, now):
        log.error("a rung is set aside: nobody has been told of this deadline", extra={"facts": facts})
    return Outcome.SET_ASIDE


def _fire_or_drop(
    session: Session, rung: DeadlineRung, deadline: Deadline, now: datetime, directory: Directory
) -> Outcome:
    if deadline.ended_at is not None or not _may_fire(rung, deadline):
        _mark(session, rung, dropped_at=now)
        return Outcome.DROPPED
    if not _mark(session, rung, fired_at=now):
        return Outcome.DROPPED
    reach(Point.BEFORE_EFFECT)
    told, mailed = prompts.raise_for(rung, deadline, directory, now)
    _change_state(session, rung, deadline, now)
    _record(rung, deadline, told, mailed)
    _climb_again(session, rung, deadline, now)
    reach(Point.AFTER_EFFECT)
    return Outcome.FIRED


def _may_fire(rung: DeadlineRung, deadline: Deadline) -> bool:
    """Say whether the deadline is as the rung needs it: one that was to say "missed" and was set aside is late."""
    is_late = rung.set_aside_at is not None and rung.rung == Rung.MISSED and deadline.state is DeadlineState.MISSED
    return is_late or deadline.state is FIRES_WHILE[Rung(rung.rung)]


def _mark(session: Session, rung: DeadlineRung, **what: datetime) -> bool:
    waiting = update(DeadlineRung).where(
        col(DeadlineRung.id) == rung.id, col(DeadlineRung.fired_at).is_(None), col(DeadlineRung.dropped_at).is_(None)
    )
    return bool(cast("CursorResult[Any]", session.execute(waiting.values(**what))).rowcount)


def _change_state(session: Session, rung: DeadlineRung, deadline: Deadline, now: datetime) -> None:
    """Mark a deadline missed; or met, where the prompt itself was what was owed (a referrer who may now chase).

    That one stays open, since they may still chase, until the acknowledgement ends it.
    """
    running = update(Deadline).where(col(Deadline.id) == deadline.id, col(Deadline.state) == DeadlineState.RUNNING)
    if rung.rung == Rung.MISSED:
        session.execute(running.values(state=DeadlineState.MISSED))
    elif rung.rung == Rung.DUE:
        session.execute(running.values(state=DeadlineState.MET, met_at=now))


def _climb_again(session: Session, rung: DeadlineRung, deadline: Deadline, now: datetime) -> None:
    """Have what is owed until it is done prompt again a further period after its last rung, and so on until it is."""
    timescale = in_force.rules_at(deadline.policy_version)[deadline.kind]
    if rung.rung not in {Rung.STILL_MISSED, Rung.AGAIN} or isinstance(timescale.repeats, int):
        return
    calendar, at = closures.calendar_at(deadline.policy_version), rung.fires_at
    while at <= now:  # an outage is made up for once, not once for each period of it
        at = timescale.due_at(at, calendar)
    # Of one deadline one rung alone has a name: the one that has fired gives it to the one that waits.
    fired = update(DeadlineRung).where(col(DeadlineRung.id) == rung.id, col(DeadlineRung.rung) == Rung.AGAIN)
    session.execute(fired.values(rung=f"{Rung.AGAIN} {rung.id}"))
    by, to = deadline.owed_by_id, deadline.owed_to_id
    waits = DeadlineRung(deadline_id=deadline.id or 0, owed_by_id=by, owed_to_id=to, rung=Rung.AGAIN, fires_at=at)
    session.add(waits)
    session.flush()


def _record(rung: DeadlineRung, deadline: Deadline, told: int, mailed: int) -> None:
    audit.append(
        deadline.owed_by_id,
        Action.RUNG_FIRED,
        subject=("deadline", deadline.id),
        actor_id=None,
        owner_id=deadline.owed_by_id,
        detail={
            "reference": deadline.reference,
            "kind": deadline.kind,
            "rung": rung.rung,
            "due_at": deadline.due_at.isoformat(),
            "prompts": told,
            "mails": mailed,
        },
    )
