"""The verbs: handing a part in referrals to a colleague, and leaving, after which nothing is left with who has gone."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select, update

from portal import db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.accounts import service as accounts
from portal.accounts.models import Membership
from portal.audit.actions import Action
from portal.cases.models import SupportCase
from portal.referrals import lifecycle, timeline, trail
from portal.referrals.models import Referral
from portal.referrals.rules import LIVE, State
from portal.staffing import head, queries, telling
from portal.staffing.rules import PARTS, Part, lost_with, parts_at
from portal.tenancy import as_system
from portal.timescales import handing_on
from portal.timescales.models import Deadline
from portal.timescales.recipients import Member, staff_of
from portal.web.errors import SomeoneWasFirstError

OVERTAKEN = "Somebody has handed over some of these meanwhile. Open the page again and see what is left."


def hand_over(actor: Actor, part: Part, references: Collection[str], before: int | None, to: Member) -> int:
    """Give `part` in these referrals to `to`, a colleague who may take it, all or none; return in how many.

    `before` has it so far: nobody, where it is None. Both sides are told. Raises SomeoneWasFirstError when one of them
    is no longer there to be given.
    """
    wanted = select(Referral).where(
        col(Referral.reference).in_(references), queries.within(actor), queries.has(part, before)
    )
    rows = db.session().scalars(wanted.order_by(col(Referral.id)).with_for_update()).all()
    if len(rows) != len(set(references)):
        raise SomeoneWasFirstError(OVERTAKEN)
    for referral in rows:
        _name(actor, referral, part, before, to)
    telling.handed_over(actor, part, rows, to)
    return len(rows)


def leave(actor: Actor, membership: Membership) -> int:
    """Remove a person from the actor's organisation, and return how many referrals they leave without somebody.

    Raises PeopleRuleError as `accounts.service.end_membership`.
    """
    accounts.end_membership(actor, membership)
    return _let_go(actor, membership, parts_at(is_operator=actor.is_operator))


def close_account(actor: Actor, user_id: int) -> int:
    """Close a person's account as a KSAF administrator; return how many referrals they leave, wherever they worked.

    Raises PeopleRuleError as `accounts.service.disable`.
    """
    accounts.disable(actor, user_id)
    session = db.session()
    with as_system(session):
        live = select(Membership).where(col(Membership.user_id) == user_id, col(Membership.ended_at).is_(None))
        held = session.scalars(live.order_by(col(Membership.organisation_id))).all()
    here = lifecycle.operator_id()
    return sum(_let_go(actor, each, parts_at(is_operator=each.organisation_id == here)) for each in held)


def change_role(actor: Actor, membership: Membership, role: Role) -> int:
    """Give a colleague another role; return how many referrals that leaves without somebody.

    Raises PeopleRuleError as `accounts.service.change_role`.
    """
    before = membership.role
    accounts.change_role(actor, membership, role)
    if role is before:
        return 0
    return _let_go(actor, membership, lost_with(role, is_operator=actor.is_operator), was=before)


def _name(actor: Actor, referral: Referral, part: Part, before: int | None, to: Member) -> None:
    earlier = getattr(referral, f"{part}_name")
    _set(referral, part, to.user_id, to.name)
    if part in (Part.CASE_MANAGER, Part.PRACTITIONER):
        _keep_on_case(referral, part, to)
    handing_on.hand_on(referral.reference, actor.organisation_id, _owed(part), before, to)
    told = f"{to.name}, {to.role.value.replace('_', ' ')}" + (f", instead of {earlier}" if earlier else "")
    if referral.state is not State.DRAFT:
        timeline.add(actor, referral, "contact", f"{PARTS[part].title} is now somebody else", f"{told}.")
    trail.record(actor, referral, Action.HOLDER_NAMED, part=part.value, before=before, after=to.user_id)
    telling.settle(referral, part, f"{to.name} has it now")


def _let_go(actor: Actor, membership: Membership, parts: Iterable[Part], was: Role | None = None) -> int:
    """Take `parts` from somebody who cannot have them any more: nobody has them until a colleague takes them.

    With `was`, the role they had until now, they work here still, and keep what their new role may open.
    """
    user_id, home, session = membership.user_id, membership.organisation_id, db.session()
    parts, staff = list(parts), staff_of(home)
    left: dict[str, tuple[Referral, list[Part]]] = {}
    with as_system(session):
        if was is None or membership.role is not Role.MANAGER:
            head.vacate(actor, user_id, home)
        held = _held_by(user_id, home, parts)
        for referral in held:
            lost = [part for part in parts if getattr(referral, f"{part}_id") == user_id]
            for part in lost:
                _drop(actor, referral, part, user_id, home)
            if needed := [part for part in lost if referral.state in PARTS[part].needed_in]:
                left[referral.reference] = (referral, needed)
        stays = handing_on.stays_with(membership.role, staff.kind, {each.reference for each in held}) if was else None
        handing_on.leave_behind(user_id, was or membership.role, staff, home, stays)
        telling.left(left.values(), home, staff)
    return len(left)


def _held_by(user_id: int, home: int, parts: list[Part]) -> list[Referral]:
    if not parts:
        return []
    wanted = select(Referral).where(
        col(Referral.state).in_(LIVE), or_(*(queries.of(part) == user_id for part in parts))
    )
    if Part.CONTACT in parts:
        wanted = wanted.where(col(Referral.organisation_id) == home)
    return list(db.session().scalars(wanted.order_by(col(Referral.id)).with_for_update()).all())


def _drop(actor: Actor, referral: Referral, part: Part, user_id: int, home: int) -> None:
    earlier = getattr(referral, f"{part}_name")
    _set(referral, part, None, "")
    handing_on.hand_on(referral.reference, home, _owed(part), user_id, None)
    if referral.state is not State.DRAFT:
        body = f"Until now: {earlier}. Nobody has been named yet." if earlier else None
        timeline.add(actor, referral, "contact", f"{PARTS[part].title} has left", body)
    trail.record(actor, referral, Action.HOLDER_LEFT, part=part.value, user_id=user_id)


def _set(referral: Referral, part: Part, person_id: int | None, name: str) -> None:
    setattr(referral, f"{part}_id", person_id)
    # A draft's form still says who its contact is to be, and is saved again before it is sent.
    if referral.state is not State.DRAFT:
        setattr(referral, f"{part}_name", name)


def _keep_on_case(referral: Referral, part: Part, to: Member) -> None:
    named = {f"{part}_id": to.user_id, f"{part}_name": to.name}
    case = update(SupportCase).where(col(SupportCase.referral_id) == referral.id, col(SupportCase.ended_at).is_(None))
    db.session().execute(case.values(**named), execution_options={"synchronize_session": "fetch"})


def _owed(part: Part) -> ColumnElement[bool]:
    about = PARTS[part]
    kind = col(Deadline.kind)
    return kind.in_(about.owes) if about.owes else kind.not_in(about.owes_not)
