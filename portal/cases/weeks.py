"""The weeks of a family's support as they are read: where each stands, what is shared of its update, what is KSAF's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import defer
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.cases import need_to_know, scores, week_states
from portal.cases.models import CaseWeek, Engagement, SupportCase
from portal.cases.need_to_know import TEXTS
from portal.cases.scores import Goal, Scored
from portal.cases.week_states import Said
from portal.referrals.form.parts import Part
from portal.web.dates import date_only

_TO_FRIDAY = timedelta(days=4)
ENGAGEMENT = {
    Engagement.FULL: "Full: the family took part in everything planned",
    Engagement.PARTIAL: "Partial: the family took part in some of it",
    Engagement.LITTLE: "Little: the family was hard to reach",
    Engagement.NONE: "None: the family did not take part",
}
OURS: tuple[Any, ...] = (CaseWeek.internal_note, CaseWeek.has_concern, CaseWeek.concern, CaseWeek.draft)
"""What KSAF keeps to itself: it is not even read for a partner."""


@dataclass(frozen=True)
class Shared:
    """What the partner reads of one week's update. Empty parts are not shown."""

    engagement: str
    contacts: int | None
    attendance: float | None
    scores: tuple[Scored, ...]
    progress: str
    barriers: str
    next_steps: str
    withheld: tuple[str, ...] = ()
    """The titles of texts that are closed to the reader."""

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to read yet, as in a draft that has just been begun."""
        return self == Shared("", None, None, (), "", "", "")


@dataclass(frozen=True)
class Week:
    """One week of support as its reader sees it; `shared` and `note`, KSAF's own, once it is posted."""

    number: int
    dates: str
    said: Said
    posted_at: datetime | None
    read_at: datetime | None
    read_by: str
    shared: Shared | None
    note: str


def of_case(actor: Actor, case: SupportCase, *, is_shown: bool, closed: frozenset[Part] = frozenset()) -> list[Week]:
    """Return the weeks of a case that `actor` has loaded, from the first, as far as they may read them: two queries.

    Unless it `is_shown` (`family_consent.shows_to`), each says where it stands and nothing of its update; what belongs
    to a class that is `closed` to them (`need_to_know.closed_to`) is withheld.
    """
    rows, now = rows_of(actor, case, closed), clock.now()
    goals = scores.goals_of(actor, case) if is_shown and any(row.posted_at for row in rows) else []
    return [_week(actor, case, row, _shared(row, goals, closed) if is_shown else None, now) for row in rows]


def rows_of(actor: Actor, case: SupportCase, closed: frozenset[Part]) -> list[CaseWeek]:
    """Return the rows of the weeks of `case`, from the first; a partner's carry nothing of what is KSAF's own.

    Nor do they carry a text that its writer has marked as of a class that is `closed` to them: it leaves no query.
    """
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted: Any = select(CaseWeek).where(col(CaseWeek.case_id) == case.id).order_by(col(CaseWeek.number))
    if not actor.is_operator:
        wanted = wanted.options(*(defer(column, raiseload=True) for column in OURS))
    if not closed:
        return list(db.session().scalars(wanted).all())
    wanted = wanted.options(*(defer(getattr(CaseWeek, name), raiseload=True) for name in TEXTS))
    wanted = wanted.add_columns(*(need_to_know.readable(name, closed) for name in TEXTS))
    found = db.session().execute(wanted).all()
    for row, *read in found:
        for name, text in zip(TEXTS, read, strict=True):
            set_committed_value(row, name, text)
    return [row for row, *_ in found]


def dates(monday: date) -> str:
    """Return the working week that begins on `monday`: "2 to 6 November 2026", "30 November to 4 December 2026"."""
    friday = monday + _TO_FRIDAY
    first, month, year = date_only(monday).split()
    if friday.year != monday.year:
        first = f"{first} {month} {year}"
    elif friday.month != monday.month:
        first = f"{first} {month}"
    return f"{first} to {date_only(friday)}"


def _week(actor: Actor, case: SupportCase, row: CaseWeek, shared: Shared | None, now: datetime) -> Week:
    return Week(
        number=row.number,
        dates=dates(row.starts_on),
        said=week_states.said(row, now, case.ended_at),
        posted_at=row.posted_at,
        read_at=row.read_at,
        read_by=row.read_by_name or "",
        shared=shared if row.posted_at else None,
        note=(row.internal_note or "") if row.posted_at and actor.is_operator else "",
    )


def _shared(row: CaseWeek, goals: Sequence[Goal], closed: frozenset[Part]) -> Shared:
    given = {goal.id: goal.scores[row.number] for goal in goals if row.number in goal.scores}
    return Shared(
        engagement=ENGAGEMENT[row.engagement] if row.engagement else "",
        contacts=row.contacts,
        attendance=row.attendance_percent,
        scores=scores.scored(goals, row.number, given),
        progress=row.progress or "",
        barriers=row.barriers or "",
        next_steps=row.next_steps or "",
        withheld=tuple(
            title for name, title in TEXTS.items() if need_to_know.is_closed(getattr(row, f"{name}_part"), closed)
        ),
    )
