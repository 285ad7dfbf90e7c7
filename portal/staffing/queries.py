"""What somebody has a part in, which referrals have nobody for one, and who could take it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accounts.models import Membership, User
from portal.accounts.people import Colleague
from portal.referrals.models import Referral
from portal.referrals.progress import child_in_list
from portal.referrals.rules import LIVE, label_for
from portal.staffing.rules import PARTS, Part, parts_at
from portal.timescales.recipients import Member, staff_of
from portal.web.dates import count_of

MOST = 200
"""Referrals on one page; handing those over makes room for the next. Ours."""


@dataclass(frozen=True)
class Held:
    """One referral in a list. Without a name for whoever may read no referral: KSAF's administrators."""

    reference: str
    child: str
    where: str


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take a part, and how many referrals they have it in now, in words."""

    member: Member
    load: str


@dataclass(frozen=True)
class Group:
    """The referrals in which one person, or nobody, has one part, and who could take it."""

    part: Part
    holder_id: int | None
    rows: list[Held]
    candidates: list[Candidate]


def get_person(actor: Actor, key: str) -> Colleague | None:
    """Return as `people.get_membership` a member of the actor's own organisation, one who has left it too."""
    found = db.session().execute(
        select(Membership, User)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(col(Membership.key) == key, col(Membership.organisation_id) == actor.organisation_id)
    )
    row = found.first()
    return Colleague(row[0], row[1]) if row else None


def has(part: Part, person_id: int | None) -> ColumnElement[bool]:
    """Return the SQL for the referrals in which `person_id`, or nobody, has `part` and somebody needs to."""
    return and_(of(part) == person_id, col(Referral.state).in_(PARTS[part].needed_in))


def of(part: Part) -> Any:
    """Return the referral's column that says who has `part`."""
    return getattr(Referral, f"{part}_id")


def within(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL for the referrals whose parts are `actor`'s organisation's to give: its own, or all of KSAF's."""
    live = col(Referral.state).in_(LIVE)
    return live if actor.is_operator else and_(live, col(Referral.organisation_id) == actor.organisation_id)


def work_of(actor: Actor, person_id: int) -> list[Group]:
    """Return what `person_id` has and what nobody has in the actor's organisation: two queries and its staff.

    At most MOST referrals. Groups without a referral are left out.
    """
    parts = parts_at(is_operator=actor.is_operator)
    wanted = select(Referral).where(
        within(actor), or_(*(has(part, person) for part in parts for person in (person_id, None)))
    )
    rows = db.session().scalars(wanted.order_by(col(Referral.next_due_at), col(Referral.id)).limit(MOST)).all()
    return _grouped(actor, rows, parts, (person_id, None))


def on_referral(actor: Actor, referral: Referral) -> list[Group]:
    """Return each part that `referral` needs somebody for, with whoever has it and who could take it."""
    parts = [part for part in parts_at(is_operator=actor.is_operator) if referral.state in PARTS[part].needed_in]
    holders = {getattr(referral, f"{part}_id") for part in parts}
    return _grouped(actor, [referral], parts, holders)


def member(actor: Actor, part: Part, user_id: str) -> Member | None:
    """Return the colleague with this id, as typed, if they may take `part`; else None."""
    able = _able(staff_of(actor.organisation_id).members, part)
    return next((each for each in able if str(each.user_id) == user_id), None)


def _grouped(
    actor: Actor, rows: Iterable[Referral], parts: Iterable[Part], holders: Iterable[int | None]
) -> list[Group]:
    found: list[Group] = []
    rows, members, loads = list(rows), staff_of(actor.organisation_id).members, _loads(actor)
    for part in parts:
        for holder in holders:
            theirs = [each for each in rows if _is_held(each, part, holder)]
            if theirs:
                others = [each for each in _able(members, part) if each.user_id != holder]
                candidates = [
                    Candidate(each, f"{count_of(loads[part, each.user_id], 'referral')} now") for each in others
                ]
                found.append(Group(part, holder, [_held(actor, each) for each in theirs], candidates))
    return found


def _is_held(referral: Referral, part: Part, holder: int | None) -> bool:
    return getattr(referral, f"{part}_id") == holder and referral.state in PARTS[part].needed_in


def _held(actor: Actor, referral: Referral) -> Held:
    child = child_in_list(referral) if actor.may(Permission.REFERRAL_READ) else ""
    return Held(referral.reference, child, label_for(referral.state, is_operator=actor.is_operator))


def _able(members: Iterable[Member], part: Part) -> list[Member]:
    return sorted((each for each in members if each.role in PARTS[part].roles), key=lambda each: each.name)


def _loads(actor: Actor) -> Counter[tuple[Part, int]]:
    """Return in how many live referrals each person has each part: one query."""
    parts = parts_at(is_operator=actor.is_operator)
    columns = [of(part) for part in parts]
    counted: Any = select(func.count(), Referral.state).add_columns(*columns)
    counted = counted.where(within(actor), or_(*(column.is_not(None) for column in columns)))
    loads: Counter[tuple[Part, int]] = Counter()
    found: Any = db.session().execute(counted.group_by(Referral.state, *columns)).all()
    for count, state, *people in found:
        for part, person in zip(parts, people, strict=True):
            if person is not None and state in PARTS[part].needed_in:
                loads[part, person] += count
    return loads
