"""One week of a family's support, as somebody opens it to write, post or mark read its update."""

from dataclasses import dataclass

from portal import db
from portal.access.actor import Actor
from portal.cases import need_to_know, queries, scores, weeks
from portal.cases.models import CaseWeek, SupportCase
from portal.cases.queries import Supported
from portal.cases.scores import Goal
from portal.referrals.queries import concerns, get_referral
from portal.referrals.rules import State


@dataclass(frozen=True)
class OpenedWeek:
    """One week of a family's support, as somebody who writes its update opened it."""

    supported: Supported
    row: CaseWeek
    goals: list[Goal]
    previous: CaseWeek | None

    @property
    def case(self) -> SupportCase:
        """Return the support the week belongs to."""
        return self.supported.case

    @property
    def is_writable(self) -> bool:
        """Say whether the update is still to be posted, and the support goes on."""
        return is_open(self.supported) and self.row.posted_at is None


def is_open(found: Supported) -> bool:
    """Say whether the support goes on, so that updates can be written."""
    return found.referral.state is State.IN_SUPPORT and found.case.ended_at is None


def open_week(actor: Actor, reference: str, number: int) -> OpenedWeek | None:
    """Return week `number` of a family's newest support if `actor` may read its updates, else None.

    A writing request holds the referral's lock, so that two who post at once come one after the other.
    """
    if db.session().info["writes"] and get_referral(actor, reference) is None:
        return None
    found = queries.open_support(actor, reference)
    if found is None:
        return None
    rows = {row.number: row for row in weeks.rows_of(actor, found.case, need_to_know.closed_to(actor, found.referral))}
    if number not in rows:
        return None
    goals = scores.goals_of(actor, found.case) if actor.is_operator else []
    asked = [goal for goal in goals if not goal.is_dropped]
    posted = [row for row in rows.values() if row.posted_at and row.number < number]
    return OpenedWeek(found, rows[number], asked, posted[-1] if posted else None)


def open_received(actor: Actor, reference: str, number: int) -> OpenedWeek | None:
    """Return as `open_week` for the two sides of a referral; None for who only looks on."""
    opened = open_week(actor, reference, number)
    return opened if opened and concerns(actor, opened.supported.referral) else None
