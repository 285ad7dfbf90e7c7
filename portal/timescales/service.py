"""Deadlines: started, met, paused, resumed and cancelled, in the transaction of whatever did it."""

from datetime import datetime
from typing import NamedTuple

from portal.timescales.models import Deadline


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
) -> Deadline:
    """Start the clock of `kind` now, with every rung of its ladder."""
    raise NotImplementedError


def meet(subject: Subject, kind: str, why: str) -> None:
    """Meet the deadline of `kind`."""
    raise NotImplementedError


def pause(subject: Subject, kind: str, why: str) -> None:
    """Stop the clock."""
    raise NotImplementedError


def resume(subject: Subject, kind: str, why: str) -> None:
    """Start the clock again."""
    raise NotImplementedError


def cancel(subject: Subject, kind: str, why: str) -> None:
    """End the deadline without its having been met."""
    raise NotImplementedError


def next_due(subject: Subject) -> tuple[str, datetime] | None:
    """Return the kind and instant of the next running deadline."""
    raise NotImplementedError
