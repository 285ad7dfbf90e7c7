"""What somebody's families are owed this week, in the order of time left: the page to work from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.cases.models import SupportCase
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.timescales.descriptions import describe
from portal.timescales.models import Deadline, Prompt
from portal.timescales.news import News
from portal.web.dates import LONDON, ago, count_of, today

MOST = 100
"""Families on the page: far more than anybody's own, and a manager's page stays quick. Ours."""
_UPDATE = "weekly_update"
_OTHERS = {"week_4_review": ("Review of week 4", "review"), "completion_summary": ("Completion summary", "summary")}


@dataclass(frozen=True)
class Owed:
    """One thing that is due for a family this week, or was and still is."""

    child: str
    reference: str
    practitioner: str
    what: str
    href: str
    due_at: datetime
    words: str
    tone: str
    is_update: bool


@dataclass(frozen=True)
class Unanswered:
    """A family whose referrer has written to KSAF, and nobody has answered yet; `since` in words."""

    child: str
    reference: str
    practitioner: str
    since: str


@dataclass(frozen=True)
class Quiet:
    """A family for whom nothing is due this week, and how far its support has come."""

    child: str
    reference: str
    practitioner: str
    so_far: str


@dataclass(frozen=True)
class Caseload:
    """What is owed now by time left, the messages to answer, and the families for whom nothing is owed."""

    owed: list[Owed]
    unanswered: list[Unanswered]
    quiet: list[Quiet]

    @property
    def said(self) -> str:
        """Return how much is left to do, in a sentence."""
        updates = sum(each.is_update for each in self.owed)
        others = len(self.owed) - updates
        parts = [count_of(updates, "update")] if updates else []
        parts += [count_of(others, "other task")] if others else []
        return f"{' and '.join(parts)} left this week" if parts else "Nothing is left to do this week"

    def next_update(self) -> Owed | None:
        """Return the update that is due first, or None when all are posted."""
        return next((each for each in self.owed if each.is_update), None)


def of(actor: Actor) -> Caseload:
    """Return what the families of `actor`, or of their team, are owed: at most MOST families, three queries."""
    families = _families(actor)
    due = _due([referral.reference for referral in families])
    written = _written(actor, [referral.reference for referral in families])
    known = {referral.reference: referral for referral in families}
    owed = [_owed(known[deadline.reference], deadline) for deadline in due]
    busy = {deadline.reference for deadline in due}
    unanswered = [_unanswered(known[reference], at) for reference, at in written]
    return Caseload(owed, unanswered, [_quiet(each) for each in families if each.reference not in busy])


def _families(actor: Actor) -> list[Referral]:
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = (
        select(Referral)
        .join(SupportCase, col(SupportCase.referral_id) == col(Referral.id))
        .where(col(SupportCase.ended_at).is_(None), col(Referral.state) == State.IN_SUPPORT, *_whose(actor))
        .order_by(col(Referral.next_due_at), col(Referral.id))
    )
    return list(db.session().scalars(wanted.limit(MOST)).all())


def _whose(actor: Actor) -> list[ColumnElement[bool]]:
    """A practitioner sees their own families, a case manager those they manage too, a manager everybody's."""
    if actor.role is Role.MANAGER:
        return []
    mine = col(SupportCase.practitioner_id) == actor.user_id
    return [or_(mine, col(SupportCase.case_manager_id) == actor.user_id) if actor.role is Role.CASE_MANAGER else mine]


def _due(references: Sequence[str]) -> list[Deadline]:
    """Return what is still owed of these families by the end of this week, the earliest due first."""
    monday = today() + timedelta(days=7 - today().weekday())
    wanted = select(Deadline).where(
        col(Deadline.reference).in_(references),
        col(Deadline.kind).in_((_UPDATE, *_OTHERS)),
        col(Deadline.ended_at).is_(None),
        col(Deadline.due_at) < datetime.combine(monday, time(), LONDON),
    )
    return list(db.session().scalars(wanted.order_by(col(Deadline.due_at), col(Deadline.reference))).all())


def _written(actor: Actor, references: Sequence[str]) -> list[tuple[str, datetime]]:
    """Return which of these families' referrers wait for KSAF's answer and since when, the longest wait first."""
    since = func.min(Prompt.opened_at)
    waiting = (
        select(Prompt.reference, since)
        .where(
            col(Prompt.organisation_id) == actor.organisation_id,
            col(Prompt.reference).in_(references),
            col(Prompt.kind) == News.MESSAGE_RECEIVED,
            col(Prompt.closed_at).is_(None),
            col(Prompt.deadline_id).is_(None),  # as the index of what is open says it
        )
        .group_by(col(Prompt.reference))
        .order_by(since, col(Prompt.reference))
    )
    return [(reference, at) for reference, at in db.session().execute(waiting).all()]


def _unanswered(referral: Referral, at: datetime) -> Unanswered:
    return Unanswered(
        progress.child_in_list(referral), referral.reference, referral.practitioner_name, ago(clock.now(), at)
    )


def _owed(referral: Referral, deadline: Deadline) -> Owed:
    described = describe(deadline, clock.now())
    what, part = _OTHERS.get(
        deadline.kind, (f"Update of week {deadline.week}", f"weeks/{deadline.week}?from=this-week#update")
    )
    return Owed(
        child=progress.child_in_list(referral),
        reference=referral.reference,
        practitioner=referral.practitioner_name,
        what=what,
        href=f"/referrals/{referral.reference}/{part}",
        due_at=deadline.due_at,
        words=described.words,
        tone=described.tone,
        is_update=deadline.kind == _UPDATE,
    )


def _quiet(referral: Referral) -> Quiet:
    return Quiet(
        progress.child_in_list(referral),
        referral.reference,
        referral.practitioner_name,
        progress.support_so_far(referral),
    )
