"""The family's goals: in its own words, each with where the family puts itself on a scale of 0 to 10."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import family_consent, queries
from portal.cases.models import CaseGoal, GoalScore, SupportCase
from portal.cases.queries import Supported
from portal.referrals import timeline, trail
from portal.referrals.models import Audience
from portal.web.errors import SomeoneWasFirstError

SCALE = range(11)
"""0 is "not at all", 10 is "just as we want it": KSAF prospectus, goals on a scale."""
MOST = 5
"""Goals at a time: ours, a plan of one page holds no more."""


class TooManyGoalsError(Exception):
    """There are as many goals as a plan holds; the message says what to do."""


@dataclass(frozen=True)
class Goal:
    """One goal as people read it: its baseline, and the newest score with the week it was given in."""

    row: CaseGoal
    latest: int | None
    week: int | None


@dataclass(frozen=True)
class OpenedGoal:
    """One goal with the support it belongs to."""

    supported: Supported
    row: CaseGoal


def of_case(actor: Actor, case: SupportCase) -> list[Goal]:
    """Return the goals of a case that `actor` has loaded, in the order they were set: one query.

    KSAF reads those that have ended too; a partner reads what the family works towards now.
    """
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = (
        select(CaseGoal, GoalScore)
        .outerjoin(GoalScore, col(GoalScore.goal_id) == col(CaseGoal.id))
        .where(col(CaseGoal.case_id) == case.id)
        .order_by(col(CaseGoal.id), col(GoalScore.week_number))
    )
    if not actor.is_operator:
        wanted = wanted.where(col(CaseGoal.dropped_at).is_(None))
    newest = {
        goal.id: Goal(goal, score.score if score else None, score.week_number if score else None)
        for goal, score in db.session().execute(wanted).all()
    }
    return list(newest.values())


def running(goals: Iterable[Goal]) -> list[Goal]:
    """Return those of `goals` that have not ended."""
    return [each for each in goals if each.row.dropped_at is None]


def open_goal(actor: Actor, reference: str, key: str) -> OpenedGoal | None:
    """Return the goal `key` of the newest support of a referral that `actor` acts on, with the referral's lock."""
    found = queries.open_own_support(actor, reference)
    if found is None:
        return None
    wanted = select(CaseGoal).where(col(CaseGoal.key) == key, col(CaseGoal.case_id) == found.case.id)
    row = db.session().scalars(wanted).first()
    return OpenedGoal(found, row) if row else None


def add(actor: Actor, found: Supported, words: str, baseline: int) -> CaseGoal:
    """Set a goal in the family's `words`, with where it puts itself now (0 to 10), and return it.

    Raises TooManyGoalsError, and what `family_consent.require` raises.
    """
    case, referral = found.case, found.referral
    family_consent.require(actor, referral, case)
    if len(running(of_case(actor, case))) >= MOST:
        raise TooManyGoalsError(f"A plan holds {MOST} goals. End one before you add another.")
    made = CaseGoal(
        key=secrets.token_urlsafe(12),
        organisation_id=case.organisation_id,
        referral_id=case.referral_id,
        case_id=case.id or 0,
        words=words,
        baseline=baseline,
        added_at=clock.now(),
    )
    db.session().add(made)
    trail.record(actor, referral, Action.GOAL_ADDED, key=made.key)
    db.session().flush()
    return made


def change(actor: Actor, found: OpenedGoal, words: str, baseline: int) -> None:
    """Put a goal into other words, or set its baseline right. What was there before stays in KSAF's timeline.

    Saved as it was, nothing is noted.
    Raises SomeoneWasFirstError when it has ended, and what `family_consent.require` raises.
    """
    referral, row = found.supported.referral, found.row
    family_consent.require(actor, referral, found.supported.case)
    _require_running(row)
    if (row.words, row.baseline) == (words, baseline):
        return
    before = f"Before: {row.words} ({row.baseline} of 10)\nNow: {words} ({baseline} of 10)"
    row.words, row.baseline = words, baseline
    timeline.add(actor, referral, "note", "A goal was changed", before, audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.GOAL_CHANGED, key=row.key)


def end(actor: Actor, found: OpenedGoal, why: str) -> None:
    """End a goal, for `why`, KSAF's own: it leaves the plan, and its scores stay in the record.

    Raises SomeoneWasFirstError when it has ended already, or the support has.
    """
    referral, row = found.supported.referral, found.row
    if found.supported.case.ended_at is not None:
        raise SomeoneWasFirstError(family_consent.ENDED)
    _require_running(row)
    row.dropped_at = clock.now()
    timeline.add(actor, referral, "note", "A goal was ended", f"{row.words}\n{why}", audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.GOAL_ENDED, key=row.key)


def _require_running(row: CaseGoal) -> None:
    if row.dropped_at is not None:
        raise SomeoneWasFirstError("This goal has been ended already.")
