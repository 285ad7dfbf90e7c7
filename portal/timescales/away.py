"""Somebody is away: what waits for them waits for their deputy too, and nobody's deadline passes unseen."""

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.accounts.models import Membership, User
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.tenancy import as_system
from portal.timescales import recipients
from portal.timescales.models import Absence
from portal.timescales.recipients import Member
from portal.web.dates import today

_PARTNERS = frozenset({Role.REFERRER, Role.ORGANISATION_ADMIN})
# Beside their own role and KSAF's managers. Whoever stands in must be able to open what waits, and learns no more.
_ALSO = {
    Role.REFERRER: _PARTNERS,
    Role.ORGANISATION_ADMIN: _PARTNERS,
    Role.VIEWER: _PARTNERS,
    Role.FAMILY_OUTREACH_PRACTITIONER: frozenset({Role.CASE_MANAGER}),
}
# They open the families they work with and no others, so that a second one could open nothing.
_NEVER = frozenset({Role.FAMILY_OUTREACH_PRACTITIONER})


def may_stand_in(deputy: Member, person: Member) -> bool:
    """Say whether `deputy` may do what waits for `person`: somebody else in the same role, or who leads their work."""
    return deputy.user_id != person.user_id and _may_do(deputy.role, person.role)


def _may_do(deputy: Role, person: Role) -> bool:
    return deputy not in _NEVER and deputy in {person, Role.MANAGER, *_ALSO.get(person, ())}


def set_away(actor: Actor, person: Member, deputy: Member, first_day: dt.date, last_day: dt.date) -> Absence:
    """Note that `person` is away from `first_day` to `last_day`, both included, and that `deputy` stands in.

    The caller has checked `may_stand_in`, and that the actor is the person or manages here.
    """
    made = Absence(
        key=secrets.token_urlsafe(16),
        organisation_id=actor.organisation_id,
        user_id=person.user_id,
        deputy_id=deputy.user_id,
        first_day=first_day,
        last_day=last_day,
        made_by_id=actor.user_id,
        made_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    _record(
        actor,
        Action.ABSENCE_SET,
        made,
        deputy_id=deputy.user_id,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
    )
    return made


def end(actor: Actor, absence: Absence) -> bool:
    """Have somebody be back now, or not go; return False when that had been said already."""
    running = update(Absence).where(col(Absence.id) == absence.id, col(Absence.ended_at).is_(None))
    if not db.changed(db.session(), running.values(ended_at=clock.now())):
        return False
    _record(actor, Action.ABSENCE_ENDED, absence)
    return True


def listed(actor: Actor) -> list[tuple[Absence, str, str]]:
    """Return the absences now and to come, each with who is away and who stands in: all to whoever manages here.

    Others read their own, and those in which they stand in.
    """
    who, deputy = User.__table__.alias("who"), User.__table__.alias("deputy")  # pyright: ignore[reportAttributeAccessIssue]
    found = (
        select(Absence, who.c.name, deputy.c.name)
        .join(who, who.c.id == col(Absence.user_id))
        .join(deputy, deputy.c.id == col(Absence.deputy_id))
        .where(_mine_to_read(actor), col(Absence.ended_at).is_(None), col(Absence.last_day) >= today())
        .order_by(col(Absence.first_day), col(Absence.id))
    )
    return [(row, away, stands_in) for row, away, stands_in in db.session().execute(found).all()]


def get(actor: Actor, key: str) -> Absence | None:
    """Return the absence with this key that the actor may end: their own, or any here if they manage; else None."""
    mine = select(Absence).where(col(Absence.key) == key, col(Absence.organisation_id) == actor.organisation_id)
    if actor.role not in recipients.MANAGING:
        mine = mine.where(col(Absence.user_id) == actor.user_id)
    return db.session().scalars(mine).first()


def covered_by(actor: Actor) -> SelectOfScalar[int]:
    """Return the select of the ids of those for whom the actor stands in today, in the organisation they act for.

    As both are now: whoever has another role since, or has left, is covered no more and covers nobody.
    """
    return covered(actor.role, actor.user_id, actor.organisation_id, today())


def covered(role: Role, me: Any, here: Any, day: Any) -> SelectOfScalar[int]:
    """Return the select of `covered_by` for whoever has this role: of values, or of parameters that stand for them."""
    theirs = and_(
        col(Membership.user_id) == col(Absence.user_id),
        col(Membership.organisation_id) == col(Absence.organisation_id),
        col(Membership.ended_at).is_(None),
        col(Membership.role).in_([each for each in Role if _may_do(role, each)]),
    )
    return (
        select(Absence.user_id)
        .join(Membership, theirs)
        .where(
            col(Absence.deputy_id) == me,
            col(Absence.organisation_id) == here,
            *_lasts(day),
        )
    )


def standing_in(user_id: int, organisation_id: int) -> list[Member]:
    """Return who stands in for somebody today in an organisation: nobody while they are there.

    For telling them something, whoever asks; as `covered_by` has it, while both have such roles there.
    """
    session = db.session()
    wanted = select(Absence.deputy_id).where(
        col(Absence.user_id) == user_id, col(Absence.organisation_id) == organisation_id, *_lasts(today())
    )
    with as_system(session):
        deputies = set(session.scalars(wanted).all())
    if not deputies:
        return []
    members = recipients.staff_of(organisation_id).members
    person = next((member for member in members if member.user_id == user_id), None)
    return [each for each in members if person and each.user_id in deputies and may_stand_in(each, person)]


def _lasts(day: Any) -> tuple[ColumnElement[bool], ...]:
    return (col(Absence.ended_at).is_(None), col(Absence.first_day) <= day, col(Absence.last_day) >= day)


def _mine_to_read(actor: Actor) -> ColumnElement[bool]:
    here = col(Absence.organisation_id) == actor.organisation_id
    if actor.role in recipients.MANAGING:
        return here
    return and_(here, or_(col(Absence.user_id) == actor.user_id, col(Absence.deputy_id) == actor.user_id))


def _record(actor: Actor, action: Action, absence: Absence, **detail: object) -> None:
    audit.record(
        actor,
        action,
        subject=("absence", absence.id),
        owner_id=absence.organisation_id,
        user_id=absence.user_id,
        **detail,
    )
