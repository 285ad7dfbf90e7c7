"""For managers: decisions that wait for authorisation, and what KSAF owed and has not done."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.accounts.models import User
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.timescales import policy, things, wording
from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.triage import authorising
from portal.triage.authorising import Waiting
from portal.web.dates import ago, count_of

DECISIONS, MISSED = 5, 10


def decisions(reading: Reading) -> Listed:
    """Return the proposals that no manager has settled yet, those to be read first on top."""
    # A sharing without consent that waits is in "Waiting for you".
    found = authorising.proposals(reading.actor)
    rows = [_decision(each) for each in found[:DECISIONS]]
    said = f"{count_of(len(found), 'decision')} to authorise"
    empty = "No decision waits for a manager. A proposal appears here as soon as a colleague sends it."
    return Listed("Decisions to authorise", said, rows, empty, Link("See all decisions", "/decisions"))


@dataclass(frozen=True)
class Overdue:
    """A deadline that KSAF has missed, the referral it is about, and the last prompt about it that somebody closed."""

    deadline: Deadline
    referral: Referral | None
    closed: Prompt | None
    closed_by: str | None


def missed(reading: Reading) -> Listed:
    """Return what KSAF owes and has missed, the longest overdue first, each with what was last done about it."""
    rows = [_missed(each) for each in _overdue(reading.actor)]
    empty = "Nothing is missed. What KSAF owes and has not done in time appears here until it is done."
    said = f"{count_of(len(rows), 'missed deadline')}{' or more' if len(rows) == MISSED else ''}"
    return Listed("Missed deadlines", said, rows, empty)


def _overdue(actor: Actor) -> list[Overdue]:
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    # The deadline's own end closes a prompt too, and a later rung an earlier one: a person's evidence alone counts.
    about = aliased(Prompt)
    by_somebody = (col(about.deadline_id) == col(Deadline.id), col(about.closed_by_id).is_not(None))
    last = select(func.max(about.id)).where(*by_somebody).scalar_subquery()
    wanted: Any = select(Deadline, Referral, Prompt, User.name)
    wanted = (
        wanted.outerjoin(Referral, col(Referral.reference) == col(Deadline.reference))
        .outerjoin(Prompt, col(Prompt.id) == last)
        .outerjoin(User, col(User.id) == col(Prompt.closed_by_id))
        .where(
            col(Deadline.owed_by_id) == actor.organisation_id,
            col(Deadline.state).in_((DeadlineState.RUNNING, DeadlineState.MISSED)),
            col(Deadline.ended_at).is_(None),
            col(Deadline.due_at) <= clock.now(),
        )
        .order_by(col(Deadline.due_at), col(Deadline.id))
    )
    return [Overdue(*row) for row in db.session().execute(wanted.limit(MISSED)).all()]


def _decision(each: Waiting) -> Item:
    whose = "yours: another manager settles it" if each.is_own else f"proposed by {each.proposed_by}"
    return Item(
        title=f"{each.outcome}: {each.child}",
        href=f"/referrals/{each.reference}/authorise",
        detail=f"{each.reference}, {whose}, waits {each.waits}",
        words=each.owed.words,
        tone=each.owed.tone,
    )


def _missed(each: Overdue) -> Item:
    deadline, referral = each.deadline, each.referral
    title = policy.load()[deadline.kind].title
    week = f", week {deadline.week}" if deadline.week else ""
    on = (referral.practitioner_name if deadline.week else referral.assigned_to_name) if referral else ""
    parts = [progress.child_in_list(referral) if referral else "", deadline.reference, f"on {on}" if on else ""]
    return Item(
        title=f"{title[0].upper()}{title[1:]}{week}",
        href=things.address(wording.key(deadline.kind, Rung.MISSED), deadline.reference),
        detail=f"{', '.join(part for part in parts if part)}. {_done(each)}",
        words=progress.since_when(deadline.due_at, clock.now()),
        tone="missed",
    )


def _done(each: Overdue) -> str:
    """Return what was last done about it, by whom and when, in their words."""
    closed = each.closed
    if closed is None or closed.closed_at is None:
        return "Nobody has recorded what was done."
    return f"{each.closed_by or 'Somebody'}, {ago(clock.now(), closed.closed_at)}: {closed.evidence}"
