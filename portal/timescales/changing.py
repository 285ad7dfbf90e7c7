"""KSAF's administrators change a timescale or the hours: it is kept, and what runs keeps its own figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, literal, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from portal import clock, db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.tenancy import as_system
from portal.timescales import closures, figures, in_force, policy, work
from portal.timescales.figures import FigureError, Figures
from portal.timescales.models import Deadline, PolicyChange
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError

PAGE = 25
"""Changes on one page of the history. Ours."""
# Ours: so that working days are of hours at all, and end on the day they began.
_SHORTEST_DAY = 1


@dataclass(frozen=True)
class Change:
    """One change as it is read: `who` is empty for whoever may not know, "hours" is a kind of its own."""

    number: int
    kind: str
    was: str
    becomes: str
    reason: str
    who: str
    at: datetime


def change(actor: Actor, kind: str, wanted: Figures, reason: str, *, seen: int) -> None:
    """Put `wanted` in force for `kind` from now on. `seen` is the number of its last change when the form was shown.

    Raises FigureError where it may not be so, SomeoneWasFirstError where it was changed since, PolicyError for no kind.
    """
    _stop_if_changed(kind, seen)
    rules = in_force.rules()
    check_figure(kind, wanted)
    figures.check(policy.load()[kind], rules[kind], wanted, rules.hours)
    _keep(actor, kind, Figures.of(rules[kind]).written(), wanted.written(), reason)


def change_hours(actor: Actor, hours: tuple[time, time], reason: str, *, seen: int) -> None:
    """Put KSAF's opening and closing time, London time, in force from now on; otherwise as `change`."""
    _stop_if_changed(in_force.HOURS, seen)
    check_hours(hours)
    _keep(actor, in_force.HOURS, in_force.written_hours(in_force.rules().hours), in_force.written_hours(hours), reason)


def check_figure(kind: str, wanted: Figures) -> None:
    """Raise FigureError, saying which field it is about, unless `wanted` may be set at all, wherever it comes from."""
    rules = in_force.rules()
    figures.check_figure(policy.load()[kind], rules[kind], wanted, rules.hours)
    if set(wanted.work_of or ()) - {*work.possible(rules[kind]), *rules[kind].work_of}:
        raise FigureError("Choose roles that may do it.", "work_1")


def check_hours(hours: tuple[time, time]) -> None:
    """Raise FigureError unless KSAF may open and close then."""
    opens, closes = hours
    if hours == in_force.rules().hours:
        raise FigureError("Nothing is different from what is in force.")
    if closes.hour * 60 + closes.minute < (opens.hour + _SHORTEST_DAY) * 60 + opens.minute:
        raise FigureError("Closing has to come at least one hour after opening.")


def running(kind: str | None) -> int:
    """Return how many deadlines of `kind` (None: of any) are open in the whole portal: a number, and no more."""
    counted = select(func.count()).select_from(Deadline).where(col(Deadline.ended_at).is_(None))
    if kind is not None:
        counted = counted.where(col(Deadline.kind) == kind)
    with as_system(db.session()):
        return db.session().scalars(counted).one()


def history(actor: Actor, before: int | None = None) -> Sequence[Change]:
    """Return what was changed, newest first, at most one more than a page; those `before` a number where it is given.

    Who did it is KSAF's own to read.
    """
    kept = select(
        col(PolicyChange.number),
        col(PolicyChange.kind),
        col(PolicyChange.was),
        col(PolicyChange.becomes),
        col(PolicyChange.reason),
        col(PolicyChange.changed_by_name) if actor.is_operator else literal(""),
        col(PolicyChange.changed_at),
    ).order_by(col(PolicyChange.number).desc())
    if before is not None:
        kept = kept.where(col(PolicyChange.number) < before)
    return [Change(*row) for row in db.session().execute(kept.limit(PAGE + 1)).all()]


def _stop_if_changed(kind: str, seen: int) -> None:
    newest = in_force.number_of(kind)
    if newest == seen:
        return
    row = db.session().scalars(select(PolicyChange).where(col(PolicyChange.number) == newest)).first()
    who = (
        f"{row.changed_by_name} changed this on {long_datetime(row.changed_at)}." if row else "It has not been changed."
    )
    raise SomeoneWasFirstError(f"{who} Look at what is in force now before you change it.")


def _keep(actor: Actor, kind: str, was: str, becomes: str, reason: str) -> None:
    session, number = db.session(), in_force.next_number()
    made = PolicyChange(
        number=number,
        kind=kind,
        was=was,
        becomes=becomes,
        reason=reason,
        changed_by_id=actor.user_id,
        changed_by_name=actor.name,
        changed_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:  # the number is there once: two administrators at the same moment
        raise SomeoneWasFirstError("Another administrator changed the timescales at the same moment.") from None
    closures.forget()
    subject = ("policy_change", made.id)
    audit.record(actor, Action.TIMESCALE_CHANGED, subject=subject, kind=kind, number=number, was=was, becomes=becomes)
