"""For managers: decisions that wait for authorisation, and what KSAF owed and has not done."""

from portal import clock
from portal.dashboards.owed import MISSED, Row
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.referrals import progress
from portal.timescales import policy, things, wording
from portal.timescales.ladder import Rung
from portal.triage import authorising
from portal.triage.authorising import Waiting
from portal.web.dates import ago, count_of

DECISIONS = 5


def decisions(reading: Reading) -> Listed:
    """Return the proposals that no manager has settled yet, those to be read first on top."""
    # A sharing without consent that waits is in "Waiting for you".
    found = authorising.proposals(reading.actor)
    rows = [_decision(each) for each in found[:DECISIONS]]
    said = f"{count_of(len(found), 'decision')} to authorise"
    empty = "No decision waits for a manager. A proposal appears here as soon as a colleague sends it."
    return Listed("Decisions to authorise", said, rows, empty, Link("See all decisions", "/decisions"))


def missed(reading: Reading) -> Listed:
    """Return what KSAF owes and has missed, the longest overdue first, each with what was last done about it."""
    rows = [_missed(each) for each in reading.owed.missed]
    empty = "Nothing is missed. What KSAF owes and has not done in time appears here until it is done."
    said = f"{count_of(len(rows), 'missed deadline')}{' or more' if len(rows) == MISSED else ''}"
    return Listed("Missed deadlines", said, rows, empty)


def _decision(each: Waiting) -> Item:
    whose = "yours: another manager settles it" if each.is_own else f"proposed by {each.proposed_by}"
    return Item(
        title=f"{each.outcome}: {each.child}",
        href=f"/referrals/{each.reference}/authorise",
        detail=f"{each.reference}, {whose}, waits {each.waits}",
        words=each.owed.words,
        tone=each.owed.tone,
    )


def _missed(each: Row) -> Item:
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


def _done(each: Row) -> str:
    """Return what was last done about it, by whom and when, in their words."""
    closed = each.closed
    if closed is None or closed.closed_at is None:
        return "Nobody has recorded what was done."
    return f"{each.closed_by or 'Somebody'}, {ago(clock.now(), closed.closed_at)}: {closed.evidence}"
