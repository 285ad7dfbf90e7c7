"""Deadlines: started, met, paused, resumed and cancelled, in the transaction of whatever did it.

Every change is one guarded UPDATE, the same guard that the tick uses (`jobs.py`): whichever comes first wins, and the
other changes nothing. A deadline that has ended carries `ended_at`; one that was missed stays missed, and `met_at` says
when it was met after all. Met late, but before a tick had marked it missed, it is met: `met_at` shows how late.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, case, func, or_, update
from sqlmodel import col, select

from portal import clock, db
from portal.tenancy import as_system
from portal.timescales import closures, in_force, pauses
from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline, DeadlineRung, DeadlineState, Prompt
from portal.timescales.pauses import Pause


class Subject(NamedTuple):
    """What a deadline is about: a type ("referral") and the row's id."""

    type: str
    id: int


def start(
    kind: str,
    subject: Subject,
    reference: str,
    *,
    owed_by_id: int,
    owed_to_id: int,
    person_id: int | None = None,
    since: datetime | None = None,
    week: int | None = None,
) -> Deadline:
    """Start the clock of `kind`, with every rung of its ladder, and return the deadline.

    It counts from `since` (now, where none is given), which may lie ahead. `week`, from 1, is for what is owed each
    week of support, with `since` the first day of support. Returns the one that runs, or waits, for `subject` already.
    Raises PolicyError for a kind the policy does not have.
    """
    earlier = db.session().scalars(_of(subject, kind).where(col(Deadline.state).in_(_TICKING))).first()
    if earlier is not None:
        return earlier
    since, rules, calendar = since or clock.now(), in_force.rules(), closures.calendar()
    made = Deadline(
        kind=kind,
        policy_version=rules.version,
        subject_type=subject.type,
        subject_id=subject.id,
        reference=reference,
        owed_by_id=owed_by_id,
        owed_to_id=owed_to_id,
        week=week,
        person_id=person_id,
        started_at=since,
        due_at=rules.due_at(kind, since, calendar, week),
    )
    return _begin(made)


def exchange(subject: Subject, kind: str, other: str, why: str) -> None:
    """Put a deadline of kind `other` in the place of the open one of `kind`, which is cancelled, from the same start.

    For a time limit in law that is extended: the days that pauses took out of the first are out of the second.
    """
    rules, calendar = in_force.rules(), closures.calendar()
    for old in db.session().scalars(_of(subject, kind).where(col(Deadline.ended_at).is_(None))).all():
        cancel(subject, kind, why)
        made = Deadline(
            kind=other,
            policy_version=rules.version,
            subject_type=subject.type,
            subject_id=subject.id,
            reference=old.reference,
            owed_by_id=old.owed_by_id,
            owed_to_id=old.owed_to_id,
            person_id=old.person_id,
            started_at=old.started_at,
            days_not_counted=old.days_not_counted,
            due_at=rules[other].due_at(old.started_at, calendar, not_counted=old.days_not_counted),
        )
        _begin(made)


def meet(subject: Subject, kind: str, why: str, *, at: datetime | None = None) -> None:
    """Meet the deadline of `kind`, if it is open, `at` an instant (now, where none is given).

    Its prompts close with `why`, in words and without a child's name.
    """
    _end(subject, kind, why, DeadlineState.MET, met_at=at or clock.now())


def move(subject: Subject, kind: str, to: Subject) -> None:
    """Have the open deadline of `kind` be about `to` from now on, with its ladder as it stands."""
    about = {"subject_type": to.type, "subject_id": to.id}
    db.session().execute(_guarded(subject, kind).values(**about), execution_options={"synchronize_session": "fetch"})


def cancel(subject: Subject, kind: str, why: str) -> None:
    """End the deadline of `kind`, if it is open, without its having been met; its prompts close with `why`."""
    _end(subject, kind, why, DeadlineState.CANCELLED)


def cancel_everywhere(reference: str, kinds: Collection[str], why: str) -> None:
    """Cancel as `cancel` every open deadline of these kinds about `reference`, whatever part of it is its subject."""
    found = select(Deadline).where(
        col(Deadline.reference) == reference, col(Deadline.kind).in_(kinds), col(Deadline.ended_at).is_(None)
    )
    for deadline in db.session().scalars(found).all() if kinds else ():
        cancel(Subject(deadline.subject_type, deadline.subject_id), deadline.kind, why)


def pause(subject: Subject, pause: Pause) -> None:
    """Stop each clock of `subject` that stops for this by the policy it was made under; its rungs wait with it.

    What is overdue is not stopped: what is late already stays late.
    """
    now, session = clock.now(), db.session()
    running = (col(Deadline.state) == DeadlineState.RUNNING, col(Deadline.due_at) > now)
    for deadline in session.scalars(_about(subject).where(*running)).all():
        if pause in in_force.rules_at(deadline.policy_version)[deadline.kind].pauses_while:
            stopped = update(Deadline).where(col(Deadline.id) == deadline.id, *running)
            values = {"state": DeadlineState.PAUSED, "paused_at": now, "paused_why": pauses.BESIDE[pause]}
            session.execute(stopped.values(**values))


def resume(subject: Subject, *, at: datetime | None = None) -> None:
    """Start each clock of `subject` that is paused again, `at` an instant or now.

    The working days that were left are left (`extend_for_pause`); of a time limit in law, the days from the one on
    which it was paused to the one on which it goes on, both among them, do not count (UK GDPR Art. 12A(6)).
    """
    for deadline in db.session().scalars(_about(subject).where(col(Deadline.state) == DeadlineState.PAUSED)).all():
        _resume(deadline, at or clock.now())


def assign(subject: Subject, person_id: int, *, owed_by_id: int) -> None:
    """Put every open deadline that `owed_by_id` owes on `subject` on this person."""
    mine = update(Deadline).where(
        col(Deadline.subject_type) == subject.type,
        col(Deadline.subject_id) == subject.id,
        col(Deadline.owed_by_id) == owed_by_id,
        col(Deadline.ended_at).is_(None),
    )
    db.session().execute(mine.values(person_id=person_id))


def next_due(reference: str, organisation_id: int) -> tuple[str, datetime] | None:
    """Return the kind and instant of what is due first about `reference`, owed by or to the organisation.

    What is overdue counts while it is still owed; what is paused does not.
    """
    owed = select(Deadline).where(
        col(Deadline.reference) == reference,
        or_(col(Deadline.owed_by_id) == organisation_id, col(Deadline.owed_to_id) == organisation_id),
        col(Deadline.state).in_((DeadlineState.RUNNING, DeadlineState.MISSED)),
        col(Deadline.ended_at).is_(None),
    )
    first = db.session().scalars(owed.order_by(col(Deadline.due_at), col(Deadline.id))).first()
    return (first.kind, first.due_at) if first else None


_TICKING = (DeadlineState.RUNNING, DeadlineState.PAUSED)
_SETTLED = (DeadlineState.MISSED, DeadlineState.MET)


def _begin(made: Deadline) -> Deadline:
    """Add a deadline with every rung of its ladder."""
    db.session().add(made)
    db.session().flush()
    rungs = in_force.rules().rungs(made.kind, made.due_at, closures.calendar(), started_at=made.started_at)
    _add_rungs(made, rungs)
    return made


def _add_rungs(deadline: Deadline, rungs: Iterable[tuple[Rung, datetime]]) -> None:
    for rung, fires_at in rungs:
        db.session().add(
            DeadlineRung(
                deadline_id=deadline.id or 0,
                owed_by_id=deadline.owed_by_id,
                owed_to_id=deadline.owed_to_id,
                rung=rung,
                fires_at=fires_at,
            )
        )
    db.session().flush()


def _about(subject: Subject) -> Any:
    about = select(Deadline).where(col(Deadline.subject_type) == subject.type, col(Deadline.subject_id) == subject.id)
    return about.order_by(col(Deadline.id))


def _of(subject: Subject, kind: str) -> Any:
    return _about(subject).where(col(Deadline.kind) == kind)


def _guarded(subject: Subject, kind: str) -> Any:
    return update(Deadline).where(
        col(Deadline.subject_type) == subject.type,
        col(Deadline.subject_id) == subject.id,
        col(Deadline.kind) == kind,
        col(Deadline.ended_at).is_(None),
    )


def _end(subject: Subject, kind: str, why: str, state: DeadlineState, met_at: datetime | None = None) -> None:
    # Missed stays missed; a referrer who was told that they may chase has been told.
    kept = case({each: each for each in _SETTLED}, value=col(Deadline.state), else_=state)
    met_first = func.coalesce(col(Deadline.met_at), met_at)
    ended = {"state": kept, "ended_at": clock.now(), "ended_why": why[:300], "met_at": met_first}
    session = db.session()
    session.execute(_guarded(subject, kind).values(**ended), execution_options={"synchronize_session": "fetch"})
    ids = [deadline.id or 0 for deadline in session.scalars(_of(subject, kind)).all()]
    _drop_rungs(ids)
    _close_prompts(ids, why)


def _drop_rungs(deadline_ids: list[int]) -> None:
    waiting = update(DeadlineRung).where(
        col(DeadlineRung.deadline_id).in_(deadline_ids),
        col(DeadlineRung.fired_at).is_(None),
        col(DeadlineRung.dropped_at).is_(None),
    )
    db.session().execute(waiting.values(dropped_at=clock.now()))


def _close_prompts(deadline_ids: list[int], why: str) -> None:
    """Close what is still open, in whichever organisation it waits: the other side may be the one who acted."""
    session = db.session()
    still_open = update(Prompt).where(col(Prompt.deadline_id).in_(deadline_ids), col(Prompt.closed_at).is_(None))
    with as_system(session):
        session.execute(still_open.values(closed_at=clock.now(), evidence=why))


def _resume(deadline: Deadline, now: datetime) -> None:
    calendar, session = closures.calendar_at(deadline.policy_version), db.session()
    due_at, not_counted = _after_pause(deadline, now)
    paused = update(Deadline).where(col(Deadline.id) == deadline.id, col(Deadline.state) == DeadlineState.PAUSED)
    running = {"state": DeadlineState.RUNNING, "due_at": due_at, "days_not_counted": not_counted}
    resumed = session.execute(paused.values(**running, paused_at=None, paused_why=None))
    if not cast("CursorResult[Any]", resumed).rowcount:
        return
    for rung, fires_at in in_force.rules_at(deadline.policy_version).rungs(deadline.kind, due_at, calendar):
        waiting = update(DeadlineRung).where(
            col(DeadlineRung.deadline_id) == deadline.id,
            col(DeadlineRung.rung) == rung,
            col(DeadlineRung.fired_at).is_(None),
            col(DeadlineRung.dropped_at).is_(None),
        )
        session.execute(waiting.values(fires_at=fires_at))
    hurrying = update(Prompt).where(col(Prompt.deadline_id) == deadline.id, col(Prompt.closed_at).is_(None))
    with as_system(session):
        session.execute(hurrying.values(due_at=due_at))


def _after_pause(deadline: Deadline, now: datetime) -> tuple[datetime, int]:
    """Return when a paused deadline is due if it goes on `now`, and the days that do not count by then.

    By the figures it was made under: what KSAF has changed since moves nothing that runs.
    """
    calendar = closures.calendar_at(deadline.policy_version)
    timescale = in_force.rules_at(deadline.policy_version)[deadline.kind]
    paused_at = deadline.paused_at or now
    if not timescale.is_set_by_law:
        return calendar.extend_for_pause(deadline.due_at, paused_at, now), 0
    away = (calendar.local_date(now) - calendar.local_date(paused_at)).days + 1
    not_counted = deadline.days_not_counted + max(away, 0)
    return timescale.due_at(deadline.started_at, calendar, not_counted=not_counted), not_counted
