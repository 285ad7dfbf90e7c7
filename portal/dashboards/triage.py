"""For those who take referrals in: what is on them, what is read first, and families that nobody helps yet."""

from typing import Any

from sqlalchemy import and_, func, or_, union_all
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.dashboards import queue_summary
from portal.dashboards.queue_summary import QueueSummary
from portal.dashboards.shown import Item, Listed, Reading
from portal.referrals import progress
from portal.referrals.listing import Group, Sort, Wanted, referrals
from portal.referrals.models import Referral
from portal.referrals.rules import OPEN, State
from portal.timescales.models import Prompt
from portal.timescales.news import News
from portal.transfers.models import Transfer
from portal.transfers.rules import TransferState
from portal.web.dates import ago, count_of

MOST = 10


def queue(reading: Reading) -> QueueSummary:
    """Return how KSAF's queue stands."""
    return queue_summary.summary(reading.actor)


def mine(reading: Reading) -> Listed:
    """Return the undecided referrals that are on the reader, least time left first."""
    wanted = Wanted(Group.OPERATOR, Sort.DUE, reading.actor.user_id)
    rows = [_mine(each) for each in referrals(reading.actor, wanted, limit=MOST).rows]
    empty = "No referral is on you. Those you acknowledge appear here until they are decided."
    return Listed("On you", f"{count_of(len(rows), 'referral')} on you", rows, empty)


def risk(reading: Reading) -> Listed:
    """Return the children to read about first: at risk when they were referred, or the risk has changed since."""
    rows = [_risk(referral, told) for referral, told in _at_risk(reading.actor)]
    empty = (
        "No referral is to be read first. Those about a child who may be at risk appear here, and those where a"
        " referrer says that the risk has changed."
    )
    said = f"{len(rows)} {'child' if len(rows) == 1 else 'children'} to read about first"
    return Listed("At risk, or risk has changed", said, rows, empty)


def to_arrange(reading: Reading) -> Listed:
    """Return the families that KSAF has taken on and nobody helps yet: not allocated, or no service has them."""
    rows = [_unhelped(referral, declined=declined) for referral, declined in _without_help(reading.actor)]
    empty = (
        "Every accepted family has somebody. Those to allocate appear here, and those that need another service"
        " because one has declined."
    )
    said = f"{len(rows)} {'family' if len(rows) == 1 else 'families'} without help yet"
    return Listed("Families that wait for help", said, rows, empty)


def _at_risk(actor: Actor) -> list[tuple[Referral, str | None]]:
    """Return the referrals to be read about first, each with the news that is open about it, if there is any."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    news = (
        col(Prompt.organisation_id) == actor.organisation_id,
        col(Prompt.kind) == News.RISK_CHANGED,
        col(Prompt.closed_at).is_(None),
    )
    told = select(func.max(Prompt.kind)).where(*news, col(Prompt.reference) == col(Referral.reference))
    # Two lists of ids, each from an index, put together: asked as "either", every referral there is would be read.
    changed = select(Referral.id).where(col(Referral.reference).in_(select(Prompt.reference).where(*news)))
    urgent = select(Referral.id).where(col(Referral.is_urgent), col(Referral.state).in_(OPEN))
    kind = told.scalar_subquery()
    wanted: Any = select(Referral, kind.label("kind")).where(col(Referral.id).in_(union_all(changed, urgent)))
    wanted = wanted.order_by(kind.is_(None), col(Referral.last_change_at).desc()).limit(MOST)
    found: Any = db.session().execute(wanted).all()
    return [(row[0], row[1]) for row in found]


def _without_help(actor: Actor) -> list[tuple[Referral, bool]]:
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    declined = select(Transfer.id).where(
        col(Transfer.referral_id) == col(Referral.id), col(Transfer.state) == TransferState.DECLINED
    )
    unoffered = and_(
        col(Referral.state) == State.HANDING_OVER,
        col(Referral.open_transfers) == 0,
        col(Referral.accepted_transfers) == 0,
        col(Referral.acceptance_overridden_at).is_(None),
    )
    wanted: Any = select(Referral, declined.exists().label("declined"))
    wanted = wanted.where(or_(col(Referral.state) == State.ACCEPTED, unoffered))
    wanted = wanted.order_by(col(Referral.next_due_at).asc().nulls_last(), col(Referral.reference)).limit(MOST)
    found: Any = db.session().execute(wanted).all()
    return [(row[0], bool(row[1])) for row in found]


def _mine(referral: Referral) -> Item:
    words, tone = progress.following(referral, clock.now(), is_operator=True)
    where = progress.where(referral, is_operator=True)
    return Item(_child(referral), _path(referral), f"{referral.reference}, {where.lower()}", words, tone)


def _risk(referral: Referral, told: str | None) -> Item:
    said = "Risk has changed" if told else "A child may be at risk"
    where = progress.where(referral, is_operator=True)
    return Item(
        title=f"{said}: {_child(referral)}",
        href=_path(referral),
        detail=f"{referral.reference}, {where.lower()}, last change {ago(clock.now(), referral.last_change_at)}",
        words="read now" if told else "read first",
        tone="missed",
    )


def _unhelped(referral: Referral, *, declined: bool) -> Item:
    due, now = referral.next_due_at, clock.now()
    is_late = due is not None and due <= now
    words = "" if due is None else progress.since_when(due, now) if is_late else progress.by_when(due, now)
    if referral.state is State.ACCEPTED:
        title, page = f"Name who helps {_child(referral)}", "allocate"
    else:
        title, page = f"Find a{'nother' if declined else ''} service for {_child(referral)}", "onward"
    detail = f"{referral.reference}{', one has declined' if declined else ''}"
    return Item(title, f"{_path(referral)}/{page}", detail, words, "missed" if is_late else "soon")


def _child(referral: Referral) -> str:
    return progress.child_in_list(referral)


def _path(referral: Referral) -> str:
    return f"/referrals/{referral.reference}"
