"""The safeguarding team's queue: what waits to be looked at on top, then what is still to be decided or followed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.safeguarding import queries
from portal.safeguarding.models import Concern
from portal.safeguarding.rules import DANGER_TAGS, OPEN, STATES, TONES, ConcernState, Danger
from portal.timescales.descriptions import describe
from portal.timescales.models import Deadline
from portal.web.dates import age_in_words

MOST = 50
"""How many concerns a page of the queue shows: ours."""


class Group(StrEnum):
    """Which concerns to show."""

    OPEN = "open"
    DECIDED = "decided"


@dataclass(frozen=True)
class Line:
    """One concern of the queue. `since` says how long ago it was raised, `left` how long is left to look at it."""

    reference: str
    child: str
    raised_by: str
    raised_at: datetime
    since: str
    danger: str
    state: str
    tone: str
    left: str = ""
    left_tone: str = "neutral"


@dataclass(frozen=True)
class Page:
    """A page of the queue, and the address part of the next older one, where there is one."""

    lines: list[Line]
    older: int | None = None


def page(actor: Actor, group: Group, before: int | None = None) -> Page:
    """Return the concerns of `group` that `actor` may read, in one query: of the open ones the most pressing first.

    The decided ones come newest first, from the one before the concern with the id `before`.
    """
    if not queries.may_read(actor):
        return Page([])
    wanted = (
        select(Concern, Referral, Deadline)
        .join(Referral, col(Referral.id) == col(Concern.referral_id))
        .outerjoin(Deadline, queries.owed())
        .where(col(Concern.organisation_id) == actor.organisation_id, col(Referral.anonymised_at).is_(None))
    )
    if group is Group.OPEN:
        pressing = case({state: place for place, state in enumerate(OPEN)}, value=col(Concern.state), else_=len(OPEN))
        danger = case((col(Concern.danger) == Danger.NO, 1), else_=0)
        wanted = wanted.where(col(Concern.state).in_(OPEN)).order_by(pressing, danger, col(Concern.id))
    else:
        wanted = wanted.where(col(Concern.state) == ConcernState.DECIDED).order_by(col(Concern.id).desc())
        wanted = wanted.where(col(Concern.id) < before) if before else wanted
    found = db.session().execute(wanted.limit(MOST + 1)).all()
    lines = [_line(concern, referral, deadline) for concern, referral, deadline in found[:MOST]]
    return Page(lines, found[MOST - 1][0].id if len(found) > MOST and group is Group.DECIDED else None)


def _line(concern: Concern, referral: Referral, deadline: Deadline | None) -> Line:
    now = clock.now()
    owed = describe(deadline, now) if deadline and concern.state is ConcernState.RAISED else None
    return Line(
        reference=concern.reference,
        child=progress.child_in_list(referral),
        raised_by=f"{concern.raised_by_name}, {concern.raised_by_organisation}",
        raised_at=concern.raised_at,
        since=age_in_words(now, concern.raised_at),
        danger=DANGER_TAGS[concern.danger],
        state=STATES[concern.state],
        tone=TONES[concern.state],
        left=owed.words if owed else "",
        left_tone=owed.tone if owed else "neutral",
    )
