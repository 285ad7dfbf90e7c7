"""The family's goals with where it put itself on each scale, week by week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.cases.models import CaseGoal, GoalScore, SupportCase


@dataclass(frozen=True)
class Goal:
    """One goal in the family's words with its scores, 0 to 10, by the week's number; 0 is the baseline."""

    id: int
    key: str
    words: str
    is_dropped: bool
    scores: Mapping[int, int]

    def before(self, number: int) -> tuple[int, int]:
        """Return the newest score before week `number`, and the week it is of (0: the baseline)."""
        week = max(each for each in self.scores if each < number)
        return self.scores[week], week


@dataclass(frozen=True)
class Scored:
    """One goal's score in a week, and what it was before, in words."""

    words: str
    score: int
    before: str


def goals_of(actor: Actor, case: SupportCase) -> list[Goal]:
    """Return every goal of a case that `actor` has loaded with its scores, dropped ones too: one query."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = (
        select(CaseGoal, GoalScore)
        .outerjoin(GoalScore, col(GoalScore.goal_id) == col(CaseGoal.id))
        .where(col(CaseGoal.case_id) == case.id)
        .order_by(col(CaseGoal.id))
    )
    rows = db.session().execute(wanted).all()
    scores: dict[int | None, dict[int, int]] = {goal.id: {0: goal.baseline} for goal, _ in rows}
    for goal, score in rows:
        if score:
            scores[goal.id][score.week_number] = score.score
    goals = {goal.id: goal for goal, _ in rows}
    return [Goal(id_ or 0, goal.key, goal.words, bool(goal.dropped_at), scores[id_]) for id_, goal in goals.items()]


def scored(goals: Sequence[Goal], number: int, scores: Mapping[int, int]) -> tuple[Scored, ...]:
    """Return the `scores` of week `number`, by goal id, beside what each goal had before."""
    return tuple(Scored(each.words, scores[each.id], before(each, number)) for each in goals if each.id in scores)


def before(goal: Goal, number: int) -> str:
    """Return what `goal` had before week `number`: "3 at the start", "3 at the start, 4 in week 1"."""
    start, (score, week) = f"{goal.scores[0]} at the start", goal.before(number)
    return f"{start}, {score} in week {week}" if week else start
