"""Allocating a family: who helps, with how much they have already, and from which Monday."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.cases import rules
from portal.cases.models import SupportCase
from portal.timescales import closures, in_force
from portal.timescales.recipients import Member, staff_of
from portal.web.dates import count_of, long_date, today

MANAGING = frozenset({Role.CASE_MANAGER, Role.MANAGER})
DELIVERING = frozenset({Role.FAMILY_OUTREACH_PRACTITIONER})


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take a family, and how many open cases they have now in either part."""

    member: Member
    open_cases: int

    @property
    def load(self) -> str:
        """Return their open cases in words."""
        return "1 family" if self.open_cases == 1 else f"{self.open_cases or 'No'} families"


@dataclass(frozen=True)
class Choices:
    """Whom and which Mondays the person who allocates can choose from."""

    managers: list[Candidate]
    practitioners: list[Candidate]
    mondays: list[date]


@dataclass(frozen=True)
class Allocation:
    """What was chosen."""

    manager: Member
    practitioner: Member
    starts_on: date


def choices(actor: Actor) -> Choices:
    """Return what can be chosen today by `actor` of KSAF, whoever has least first."""
    loads = _open_cases(actor)
    found = [Candidate(member, loads[member.user_id]) for member in staff_of(actor.organisation_id).members]
    found.sort(key=lambda each: (each.open_cases, each.member.name))
    return Choices(
        [each for each in found if each.member.role in MANAGING],
        [each for each in found if each.member.role in DELIVERING],
        rules.first_mondays(today()),
    )


def about_monday(first: date) -> str:
    """Return when the weeks that begin on `first` end, and which of them have fewer than five working days."""
    calendar = closures.calendar()
    last_due = in_force.rules().due_at("weekly_update", calendar.opening_on(first), calendar, rules.WEEKS)
    short = [
        f"week {number} has {count_of(days, 'working day') if days else 'no working day'}"
        for number, days in rules.short_weeks(calendar, first).items()
    ]
    ends = f"The five weeks end on {long_date(last_due)}."
    return f"{ends} Mind: {', '.join(short)}." if short else ends


def _open_cases(actor: Actor) -> Counter[int]:
    """Return how many open cases each person has, as case manager or practitioner: one query."""
    loads: Counter[int] = Counter()
    if db.session().info["tenant"] != actor.organisation_id:
        return loads
    pairs = (
        select(col(SupportCase.case_manager_id), col(SupportCase.practitioner_id), func.count())
        .where(col(SupportCase.ended_at).is_(None))
        .group_by(col(SupportCase.case_manager_id), col(SupportCase.practitioner_id))
    )
    for manager_id, practitioner_id, count in db.session().execute(pairs).all():
        for person_id in {manager_id, practitioner_id}:
            loads[person_id] += count
    return loads
