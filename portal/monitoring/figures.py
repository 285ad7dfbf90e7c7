"""The portal's own figures, counted across organisations; none of them says anything about a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlmodel import col, func, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accounts.models import SignInAttempt
from portal.accounts.throttle import SIGN_IN, WINDOW
from portal.health import service as health
from portal.notifications.models import MailState, OutboxMail
from portal.tenancy import as_system
from portal.timescales import recipients
from portal.timescales.jobs import FIRES_WHILE
from portal.timescales.models import OVERDUE, Deadline, DeadlineRung, DeadlineState

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
class Pulse:
    """What readiness asks, every few seconds: when a scheduler passed last, and the mail that is due."""

    last_pass: datetime | None
    mail: Backlog


@dataclass(frozen=True)
class Figures(Pulse):
    """How the portal does at one moment."""

    rungs: Backlog
    mail_failed: int
    sign_in_failures: int
    last_backup: datetime | None
    has_head: bool
    overdue: dict[str, int]


def of_everything(actor: Actor) -> Figures:
    """Return the figures for the page that `actor` reads. Raises PermissionError."""
    if not actor.may(Permission.MONITORING_READ):
        raise PermissionError
    return read(db.session())


def pulse(session: Session) -> Pulse:
    """Return what readiness asks, in one query along its indexes."""
    with as_system(session):
        found: Any = session.execute(_pulse(clock.now())).one()
    number, oldest, last_pass = found
    return Pulse(last_pass, Backlog(number, oldest))


def read(session: Session) -> Figures:
    """Return the figures as they are now, in four queries along their indexes."""
    now, beat = clock.now(), pulse(session)
    with as_system(session):
        rungs = session.execute(_due(now)).one()
        lately: Any = session.execute(_lately(now)).one()
        failed, tries, last_backup, has_head = lately
        overdue: list[Any] = list(session.execute(_OVERDUE))
    return Figures(beat.last_pass, beat.mail, Backlog(*rungs), failed, tries, last_backup, has_head, dict(overdue))


def last_backup(actor: Actor) -> datetime | None:
    """Return the moment that the newest backup holds, for a page that `actor` reads. Raises PermissionError."""
    if not actor.may(Permission.MONITORING_READ):
        raise PermissionError
    return db.session().scalar(select(health.last_backup_beside()))


def _due(now: datetime) -> Any:
    """Return the select of the rungs that should have fired."""
    waiting = (col(DeadlineRung.fired_at).is_(None), col(DeadlineRung.dropped_at).is_(None))
    return (
        select(func.count(col(DeadlineRung.id)), func.min(DeadlineRung.fires_at))
        .join(Deadline, col(Deadline.id) == col(DeadlineRung.deadline_id))
        .where(*waiting, col(DeadlineRung.fires_at) <= now, col(Deadline.state) != DeadlineState.PAUSED)
        .where(col(DeadlineRung.rung).in_(FIRES_WHILE))
    )


def _pulse(now: datetime) -> Any:
    """Return the select of the mails whose turn has come, where one that waits for its next try is not late yet."""
    due = (col(OutboxMail.state).in_(_UNSENT), col(OutboxMail.next_attempt_at) <= now)
    asked = select(func.count(col(OutboxMail.id)), func.min(OutboxMail.created_at)).where(*due)
    return asked.add_columns(health.last_beat_beside())


def _lately(now: datetime) -> Any:
    """Return the select of the mails that failed, the sign-ins that did, the newest backup, and if there is a head."""
    failed = select(func.count(col(OutboxMail.id))).where(
        col(OutboxMail.state) == MailState.FAILED, col(OutboxMail.created_at) > now - FAILED_FOR
    )
    tries = select(func.count(col(SignInAttempt.id))).where(
        col(SignInAttempt.at) > now - WINDOW, col(SignInAttempt.kind).in_(SIGN_IN)
    )
    return select(
        failed.scalar_subquery(), tries.scalar_subquery(), health.last_backup_beside(), recipients.has_head_of_service()
    )


# As its index says it, word for word: SQLite must see the state in the statement to know that the index will do.
_OVERDUE: Any = (
    select(Deadline.kind, func.count(col(Deadline.id)))
    .where(text(OVERDUE))
    .group_by(col(Deadline.kind))
    .order_by(col(Deadline.kind))
)
