"""For managers: decisions that wait for authorisation, and what KSAF owed and has not done."""

from typing import Any

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.timescales import policy, wording
from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline, DeadlineState
from portal.triage import authorising
from portal.triage.authorising import Waiting
from portal.web.dates import count_of

DECISIONS, MISSED = 5, 10


def decisions(reading: Reading) -> Listed:
    """Return the proposals that no manager has settled yet, those to be read first on top."""
    found = authorising.waiting(reading.actor).rows
    rows = [_decision(each) for each in found[:DECISIONS]]
    said = f"{count_of(len(found), 'decision')} to authorise"
    empty = "No decision waits for a manager. A proposal appears here as soon as a colleague sends it."
    return Listed("Decisions to authorise", said, rows, empty, Link("See all decisions", "/decisions"))


def missed(reading: Reading) -> Listed:
    """Return what KSAF owes and has missed, the longest overdue first."""
    rows = [_missed(deadline, referral) for deadline, referral in _overdue(reading.actor)]
    empty = "Nothing is missed. What KSAF owes and has not done in time appears here until it is done."
    said = f"{count_of(len(rows), 'missed deadline')}{' or more' if len(rows) == MISSED else ''}"
    return Listed("Missed deadlines", said, rows, empty)


def _overdue(actor: Actor) -> list[tuple[Deadline, Referral | None]]:
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted: Any = select(Deadline, Referral).outerjoin(Referral, col(Referral.reference) == col(Deadline.reference))
    wanted = wanted.where(
        col(Deadline.owed_by_id) == actor.organisation_id,
        col(Deadline.state).in_((DeadlineState.RUNNING, DeadlineState.MISSED)),
        col(Deadline.ended_at).is_(None),
        col(Deadline.due_at) <= clock.now(),
    ).order_by(col(Deadline.due_at), col(Deadline.id))
    found: Any = db.session().execute(wanted.limit(MISSED)).all()
    return [(row[0], row[1]) for row in found]


def _decision(each: Waiting) -> Item:
    whose = "yours: another manager settles it" if each.is_own else f"proposed by {each.proposed_by}"
    return Item(
        title=f"{each.outcome}: {each.child}",
        href=f"/referrals/{each.reference}/authorise",
        detail=f"{each.reference}, {whose}, waits {each.waits}",
        words=each.owed.words,
        tone=each.owed.tone,
    )


def _missed(deadline: Deadline, referral: Referral | None) -> Item:
    title = policy.load()[deadline.kind].title
    week = f", week {deadline.week}" if deadline.week else ""
    on = (referral.practitioner_name if deadline.week else referral.assigned_to_name) if referral else ""
    parts = [progress.child_in_list(referral) if referral else "", deadline.reference, f"on {on}" if on else ""]
    return Item(
        title=f"{title[0].upper()}{title[1:]}{week}",
        href=wording.address(wording.key(deadline.kind, Rung.MISSED), deadline.reference),
        detail=", ".join(part for part in parts if part),
        words=progress.since_when(deadline.due_at, clock.now()),
        tone="missed",
    )
