"""The portal's own figures, counted across organisations; none of them says anything about a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from sqlmodel import col, func, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accounts.models import SignInAttempt
from portal.accounts.throttle import WINDOW
from portal.health import service as health
from portal.notifications.models import MailState, OutboxMail
from portal.tenancy import as_system
from portal.timescales.jobs import FIRES_WHILE
from portal.timescales.models import Deadline, DeadlineRung, DeadlineState

FAILED_FOR = timedelta(days=7)
"""How long a mail that failed is counted, and stays on an administrator's first page: ours."""
_UNSENT = (MailState.QUEUED, MailState.RETRY, MailState.SENDING)


@dataclass(frozen=True)
class Backlog:
    """Work that is due and not done: how many, and since when the oldest waits."""

    number: int
    oldest: datetime | None

    def seconds(self, now: datetime) -> float:
        """Return how long the oldest has waited by `now`, in seconds; 0 where nothing waits."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


@dataclass(frozen=True)
class Figures:
    """How the portal does at one moment."""

    last_pass: datetime | None
    rungs: Backlog
    mail: Backlog
    mail_failed: int
    sign_in_failures: int
    overdue: dict[str, int]


def of_everything(actor: Actor) -> Figures:
    """Return the figures for the page that `actor` reads. Raises PermissionError."""
    if not actor.may(Permission.MONITORING_READ):
        raise PermissionError
    return read(db.session())


def read(session: Session) -> Figures:
    """Return the figures as they are now, in four queries along their indexes."""
    now = clock.now()
    with as_system(session):
        rungs = session.execute(_due(now)).one()
        mail = session.execute(_unsent(now)).one()
        lately: Any = session.execute(_lately(now)).one()
        overdue: list[Any] = list(session.execute(_OVERDUE))
    return Figures(lately.last_pass, Backlog(*rungs), Backlog(*mail), lately.failed, lately.tries, dict(overdue))


def _due(now: datetime) -> Any:
    """Return the select of the rungs that should have fired."""
    waiting = (col(DeadlineRung.fired_at).is_(None), col(DeadlineRung.dropped_at).is_(None))
    return (
        select(func.count(col(DeadlineRung.id)), func.min(DeadlineRung.fires_at))
        .join(Deadline, col(Deadline.id) == col(DeadlineRung.deadline_id))
        .where(*waiting, col(DeadlineRung.fires_at) <= now, col(Deadline.state) != DeadlineState.PAUSED)
        .where(col(DeadlineRung.rung).in_(FIRES_WHILE))
    )


def _unsent(now: datetime) -> Any:
    """Return the select of the mails whose turn has come; one that waits for its next try is not late yet."""
    return select(func.count(col(OutboxMail.id)), func.min(OutboxMail.created_at)).where(
        col(OutboxMail.state).in_(_UNSENT), col(OutboxMail.next_attempt_at) <= now
    )


def _lately(now: datetime) -> Any:
    """Return the select of the mails that failed and the sign-ins that did, and of the schedulers' last pass."""
    failed = select(func.count(col(OutboxMail.id))).where(
        col(OutboxMail.state) == MailState.FAILED, col(OutboxMail.created_at) > now - FAILED_FOR
    )
    tries = select(func.count(col(SignInAttempt.id))).where(col(SignInAttempt.at) > now - WINDOW)
    return select(
        failed.scalar_subquery().label("failed"),
        tries.scalar_subquery().label("tries"),
        health.last_beat_beside().label("last_pass"),
    )


_OVERDUE: Any = (
    select(Deadline.kind, func.count(col(Deadline.id)))
    .where(col(Deadline.state) == DeadlineState.MISSED, col(Deadline.ended_at).is_(None))
    .group_by(col(Deadline.kind))
    .order_by(col(Deadline.kind))
)
