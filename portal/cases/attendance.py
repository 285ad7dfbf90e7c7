"""A child's attendance before, during and after support: reading it, and taking figures from the school or KSAF."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import family_consent, queries
from portal.cases.models import AttendanceWeek, CaseGoal, CaseWeek, GoalScore, SupportCase
from portal.cases.queries import Supported
from portal.cases.session_file import Week
from portal.referrals import timeline, trail
from portal.web.dates import date_only, today

PERSISTENT, SEVERE = 90.0, 50.0
"""Per cent attended at or below which absence is persistent (10 % missed) and severe (half): DOMAIN, the form."""
AROUND = 12  # weeks before and after the support that figures are taken for


@dataclass(frozen=True)
class Given:
    """One week's figures with the time of support they fall in."""

    row: AttendanceWeek
    when: str

    @property
    def percent(self) -> float:
        """Return how much of the possible sessions the child attended, 0 to 100."""
        return percent(self.row.possible, self.row.attended)

    @property
    def words(self) -> str:
        """Return what the figure means, if it is at or past one of the two lines."""
        if self.percent <= SEVERE:
            return "Severe absence"
        return "Persistent absence" if self.percent <= PERSISTENT else "Above both lines"


@dataclass(frozen=True)
class GoalLine:
    """One goal with its baseline (0 to 10) and its score in each week that has one."""

    words: str
    baseline: int
    scores: dict[int, int]

    @property
    def latest(self) -> int:
        """Return the newest score, the baseline where there is none."""
        return self.scores[max(self.scores)] if self.scores else self.baseline


def percent(possible: int, attended: int) -> float:
    """Return `attended` of `possible` sessions as 0 to 100, to one place; 0 where none was possible."""
    return round(100 * attended / possible, 1) if possible else 0.0


def mondays(case: SupportCase) -> list[dt.date]:
    """Return the weeks that figures are taken for, newest first: none that has not begun."""
    first = case.starts_on - dt.timedelta(weeks=AROUND)
    last = case.starts_on + dt.timedelta(weeks=case.weeks + AROUND - 1)
    count = (min(last, today()) - first).days // 7 + 1
    return [first + dt.timedelta(weeks=number) for number in reversed(range(max(count, 0)))]


def given(actor: Actor, case: SupportCase) -> list[Given]:
    """Return the figures around a case that `actor` has loaded, oldest first."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = select(AttendanceWeek).where(col(AttendanceWeek.referral_id) == case.referral_id)
    rows = db.session().scalars(wanted.order_by(col(AttendanceWeek.week_starting))).all()
    return [Given(row, when(case, row.week_starting)) for row in rows]


def when(case: SupportCase, monday: dt.date) -> str:
    """Return which time of support the week beginning on `monday` falls in."""
    if monday < case.starts_on:
        return "Before"
    number = (monday - case.starts_on).days // 7 + 1
    return f"Week {number}" if number <= case.weeks else "After"


def goals_shown(actor: Actor, found: Supported) -> list[GoalLine]:
    """Return the goals that `actor` may read beside the attendance: none while the family does not agree to it."""
    held = family_consent.agreed(actor, found.referral)
    return goal_lines(actor, found.case) if family_consent.shows_to(actor, found.referral, held) else []


def goal_lines(actor: Actor, case: SupportCase) -> list[GoalLine]:
    """Return the goals of a case that `actor` has loaded, with their scores: one query."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = (
        select(CaseGoal, GoalScore)
        .outerjoin(GoalScore, col(GoalScore.goal_id) == col(CaseGoal.id))
        .where(col(CaseGoal.case_id) == case.id, col(CaseGoal.dropped_at).is_(None))
        .order_by(col(CaseGoal.id), col(GoalScore.week_number))
    )
    lines: dict[int | None, GoalLine] = {}
    for goal, score in db.session().execute(wanted).all():
        line = lines.setdefault(goal.id, GoalLine(goal.words, goal.baseline, {}))
        if score:
            line.scores[score.week_number] = score.score
    return list(lines.values())


def add(actor: Actor, found: Supported, weeks: Iterable[Week]) -> int:
    """Keep the figures of `weeks`, in place of what was given for the same weeks, and return how many.

    A week of support whose update is still to be posted takes the figure; what has been posted stays as it was read.
    """
    case, referral = found.case, found.referral
    held = {each.row.week_starting: each.row for each in given(actor, case)}
    unposted = {each.starts_on: each for each in queries.weeks_of(actor, case) if each.posted_at is None}
    kept = [_keep(actor, case, week, held, unposted) for week in weeks]
    title = "Attendance added for " + _span(kept)
    timeline.add(actor, referral, "attendance", title)
    trail.record(actor, referral, Action.ATTENDANCE_GIVEN, weeks=len(kept))
    return len(kept)


def _keep(
    actor: Actor,
    case: SupportCase,
    week: Week,
    held: dict[dt.date, AttendanceWeek],
    unposted: dict[dt.date, CaseWeek],
) -> dt.date:
    row = held.get(week.week_starting) or AttendanceWeek(
        organisation_id=case.organisation_id,
        referral_id=case.referral_id,
        week_starting=week.week_starting,
        possible=week.possible,
        attended=week.attended,
        given_by_name=actor.name,
        given_at=clock.now(),
    )
    row.possible, row.attended = week.possible, week.attended
    row.given_by_name, row.given_at = actor.name, clock.now()
    db.session().add(row)
    if during := unposted.get(week.week_starting):
        during.attendance_percent = percent(week.possible, week.attended)
    return week.week_starting


def _span(mondays: list[dt.date]) -> str:
    if len(mondays) == 1:
        return f"the week of {date_only(mondays[0])}"
    return f"{len(mondays)} weeks from {date_only(min(mondays))}"
