"""What KSAF owes, read once for the panels that show it: what was missed, and what is due on requests about data."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accountability.requests import queries as data_requests
from portal.accountability.requests.models import SUBJECT, DataRequest
from portal.accounts.models import User
from portal.referrals.models import Referral
from portal.timescales.models import Deadline, DeadlineState, Prompt

MISSED, DATA = 10, 6
"""Rows of each list: ours, so that a first page is read at a glance."""
_STILL_OWED = (
    col(Deadline.state).in_((DeadlineState.RUNNING, DeadlineState.MISSED)),
    col(Deadline.ended_at).is_(None),
)


@dataclass(frozen=True)
class Row:
    """A deadline, what it is about, and the last prompt about it that somebody closed."""

    deadline: Deadline
    referral: Referral | None
    closed: Prompt | None
    closed_by: str | None
    request: DataRequest | None


@dataclass(frozen=True)
class Owed:
    """What was missed, the longest overdue first, and what is owed on requests about data, what is due first on top."""

    missed: list[Row]
    data: list[Row]


def of(actor: Actor) -> Owed:
    """Return what `actor` may see of what KSAF owes, in one query."""
    now, wanted = clock.now(), _wanted(actor)
    if db.session().info["tenant"] != actor.organisation_id or not wanted:
        return Owed([], [])
    rows = [Row(*row) for row in db.session().execute(_select(wanted)).all()]
    missed = [each for each in rows if each.deadline.due_at <= now and each.deadline.state is not DeadlineState.PAUSED]
    return Owed(missed[:MISSED], [each for each in rows if each.request][:DATA])


def _wanted(actor: Actor) -> list[Any]:
    """Return the selects of the ids of the deadlines in each list that `actor` may see."""
    own = select(Deadline.id).where(col(Deadline.owed_by_id) == actor.organisation_id)
    own = own.order_by(col(Deadline.due_at), col(Deadline.id))
    found: list[Any] = []
    if actor.may(Permission.REFERRAL_AUTHORISE):
        overdue = own.where(*_STILL_OWED, col(Deadline.due_at) <= clock.now())
        found.append(overdue.limit(MISSED))
    if data_requests.may_read(actor):
        about = own.where(col(Deadline.subject_type) == SUBJECT, col(Deadline.ended_at).is_(None))
        found.append(about.limit(DATA))
    return found


def _select(wanted: list[Any]) -> Any:
    # The deadline's own end closes a prompt too, and a later rung an earlier one: a person's evidence alone counts.
    about = aliased(Prompt)
    by_somebody = (col(about.deadline_id) == col(Deadline.id), col(about.closed_by_id).is_not(None))
    last = select(func.max(about.id)).where(*by_somebody).scalar_subquery()
    request = and_(col(Deadline.subject_type) == SUBJECT, col(DataRequest.id) == col(Deadline.subject_id))
    asked: Any = select(Deadline, Referral, Prompt, User.name)
    return (
        asked.add_columns(DataRequest)
        .outerjoin(Referral, col(Referral.reference) == col(Deadline.reference))
        .outerjoin(Prompt, col(Prompt.id) == last)
        .outerjoin(User, col(User.id) == col(Prompt.closed_by_id))
        .outerjoin(DataRequest, request)
        .where(col(Deadline.id).in_(union_all(*(select(each.subquery().c.id) for each in wanted))))
        .order_by(col(Deadline.due_at), col(Deadline.id))
    )
