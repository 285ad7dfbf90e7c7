"""Reading the register: KSAF's managers and administrators, nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accountability.requests.models import SUBJECT, DataRequest, DataRequestReferral, DataRequestStep
from portal.accountability.requests.rules import RequestState
from portal.referrals.models import Referral
from portal.retention.models import Erasure
from portal.timescales.models import Deadline

MOST = 50
"""How many requests a page of the register shows: ours; KSAF expects a few dozen a year."""


@dataclass(frozen=True)
class Listed:
    """One request of the register, with what is owed on it now, the earliest first."""

    request: DataRequest
    owed: Sequence[Deadline]


@dataclass(frozen=True)
class Opened:
    """One request with its deadlines, the earliest due first."""

    request: DataRequest
    deadlines: list[Deadline]


def may_read(actor: Actor) -> bool:
    """Say whether `actor` reads the register, in the session that is open."""
    return actor.may(Permission.DATA_REQUEST_READ) and db.session().info["tenant"] == actor.organisation_id


def get_request(actor: Actor, reference: str) -> DataRequest | None:
    """Return the request `reference` if `actor` may read the register, else None; a writing request takes its lock."""
    if not may_read(actor):
        return None
    wanted = select(DataRequest).where(col(DataRequest.reference) == reference, _is_kept())
    return db.session().scalars(wanted.with_for_update() if db.session().info["writes"] else wanted).first()


def open_request(actor: Actor, reference: str) -> Opened | None:
    """Return as `get_request` a request to be read, with its deadlines, in one query."""
    if not may_read(actor):
        return None
    about = and_(col(Deadline.subject_type) == SUBJECT, col(Deadline.subject_id) == col(DataRequest.id))
    wanted = (
        select(DataRequest, Deadline)
        .outerjoin(Deadline, about)
        .where(col(DataRequest.reference) == reference, _is_kept())
        .order_by(col(Deadline.due_at), col(Deadline.id))
    )
    found = db.session().execute(wanted).all()
    return Opened(found[0][0], [deadline for _, deadline in found if deadline]) if found else None


def requests(actor: Actor, *, answered: bool, before: int | None = None) -> list[Listed]:
    """Return a page of the register in two queries: what is to be answered by when it is due, or what was.

    What was answered comes newest first, before the id `before`; one more than MOST says that there are further ones.
    """
    if not may_read(actor):
        return []
    is_answered = col(DataRequest.state) == RequestState.ANSWERED
    wanted = select(DataRequest).where(is_answered if answered else ~is_answered, _is_kept())
    if answered:
        wanted = wanted.where(col(DataRequest.id) < before) if before else wanted
        wanted = wanted.order_by(col(DataRequest.id).desc())
    else:
        wanted = wanted.order_by(col(DataRequest.received_on), col(DataRequest.id))
    found = db.session().scalars(wanted.limit(MOST + 1)).all()
    owed = _owed([each.id or 0 for each in found])
    listed = [Listed(each, owed.get(each.id or 0, ())) for each in found]
    return listed if answered else sorted(listed, key=_by_due)


def steps_of(actor: Actor, request: DataRequest) -> list[DataRequestStep]:
    """Return what happened to a request that `actor` has loaded, newest first."""
    del actor
    made = select(DataRequestStep).where(col(DataRequestStep.data_request_id) == request.id)
    return list(db.session().scalars(made.order_by(col(DataRequestStep.id).desc())).all())


def referrals_of(actor: Actor, request: DataRequest) -> list[Referral]:
    """Return the referrals that a request `actor` has loaded is about, in the order in which they were named."""
    del actor
    about = (
        select(Referral)
        .join(DataRequestReferral, col(DataRequestReferral.referral_id) == col(Referral.id))
        .where(col(DataRequestReferral.data_request_id) == request.id)
        .order_by(col(DataRequestReferral.id))
    )
    return list(db.session().scalars(about).all())


def _is_kept() -> ColumnElement[bool]:
    """Return the SQL that is true of a request whose words have not gone, its time being over."""
    gone = exists().where(col(Erasure.kind) == SUBJECT, col(Erasure.subject_id) == col(DataRequest.id))
    return ~gone


def _owed(ids: list[int]) -> dict[int, list[Deadline]]:
    running = select(Deadline).where(
        col(Deadline.subject_type) == SUBJECT, col(Deadline.subject_id).in_(ids), col(Deadline.ended_at).is_(None)
    )
    found: dict[int, list[Deadline]] = {}
    for each in db.session().scalars(running.order_by(col(Deadline.due_at), col(Deadline.id))).all():
        found.setdefault(each.subject_id, []).append(each)
    return found


def _by_due(listed: Listed) -> tuple[bool, float, int]:
    first = listed.owed[0].due_at.timestamp() if listed.owed else 0.0
    return (not listed.owed, first, listed.request.id or 0)
