"""Legal holds: while one stands, nothing of its referral is erased, whatever the policy says or anybody asks."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.audit.actions import Action
from portal.referrals import trail
from portal.referrals.models import Referral
from portal.retention.models import HoldEvent, HoldKind
from portal.timescales import news
from portal.timescales.news import News
from portal.web.errors import SomeoneWasFirstError

FIRST = 100
"""How many holds the page shows, the first to be looked at first: ours."""
_OVERTAKEN = "Somebody has kept or lifted this hold already. What was done is below."


@dataclass(frozen=True)
class Standing:
    """An event of a hold, the reference of its referral, and whether it is still the newest and the hold stands."""

    event: HoldEvent
    reference: str
    stands: bool = True


def stands_on(referral_id: Any) -> ColumnElement[bool]:
    """Return the SQL that is true where a hold stands on the referral with this id, a value or a column."""
    placed = aliased(HoldEvent)
    return exists().where(col(placed.referral_id) == referral_id, *is_standing(placed))


def standing(actor: Actor) -> list[Standing]:
    """Return the holds that stand, the first to be looked at first, with the references they are on."""
    if not actor.may(Permission.RETENTION_READ) or db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = (
        select(HoldEvent, Referral.reference)
        .join(Referral, col(Referral.id) == col(HoldEvent.referral_id))
        .where(*is_standing(HoldEvent))
        .order_by(col(HoldEvent.review_on), col(HoldEvent.id))
        .limit(FIRST)
    )
    return [Standing(event, reference) for event, reference in db.session().execute(wanted).all()]


def get_standing(actor: Actor, key: str) -> Standing | None:
    """Return the hold of which an event has `key`, if `actor` may change holds, else None.

    Somebody may have kept or lifted it since: who comes second is told so, and loses nothing they typed.
    """
    if not actor.may(Permission.HOLD_LIFT) or db.session().info["tenant"] != actor.organisation_id:
        return None
    wanted = (
        select(HoldEvent, Referral.reference)
        .add_columns(and_(*is_standing(HoldEvent)))
        .join(Referral, col(Referral.id) == col(HoldEvent.referral_id))
        .where(col(HoldEvent.key) == key)
    )
    found = db.session().execute(wanted).first()
    return Standing(found[0], found[1], bool(found[2])) if found else None


def history(actor: Actor, hold: Standing) -> list[HoldEvent]:
    """Return everything that was done about the holds on the referral of `hold`, newest first."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = select(HoldEvent).where(col(HoldEvent.referral_id) == hold.event.referral_id)
    return list(db.session().scalars(wanted.order_by(col(HoldEvent.id).desc())).all())


def newest_on(referral_id: int) -> HoldEvent | None:
    """Return the newest event of a hold that stands on a referral, or None. Whoever asks has loaded the referral."""
    wanted = select(HoldEvent).where(col(HoldEvent.referral_id) == referral_id, *is_standing(HoldEvent))
    return db.session().scalars(wanted.order_by(col(HoldEvent.id).desc()).limit(1)).first()


def place(actor: Actor, referral: Referral, reason: str, review_on: date) -> HoldEvent:
    """Put a hold on `referral`, with why and when it is looked at again. Raises SomeoneWasFirstError if one stands."""
    if held := newest_on(referral.id or 0):
        raise SomeoneWasFirstError(f"{held.by_name} has put a hold on this already.")
    made = _event(actor, HoldKind.PLACED, reason, review_on)
    made.organisation_id, made.owner_organisation_id = actor.organisation_id, referral.organisation_id
    made.referral_id = referral.id or 0
    db.session().add(made)
    trail.record(actor, referral, Action.HOLD_PLACED, review_on=review_on.isoformat())
    db.session().flush()
    return made


def keep(actor: Actor, hold: Standing, reason: str, review_on: date) -> None:
    """Keep a hold on until a later day, with why. Raises SomeoneWasFirstError when somebody has acted on it."""
    _follow(actor, hold, _event(actor, HoldKind.KEPT, reason, review_on))


def lift(actor: Actor, hold: Standing, reason: str) -> None:
    """End a hold, with why. Raises SomeoneWasFirstError when somebody has acted on it."""
    _follow(actor, hold, _event(actor, HoldKind.LIFTED, reason, None))


def _follow(actor: Actor, hold: Standing, made: HoldEvent) -> None:
    session, before = db.session(), hold.event
    if not hold.stands:
        raise SomeoneWasFirstError(_OVERTAKEN)
    made.organisation_id, made.owner_organisation_id = before.organisation_id, before.owner_organisation_id
    made.referral_id, made.follows_id = before.referral_id, before.id
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise SomeoneWasFirstError(_OVERTAKEN) from None
    wanted = select(Referral).where(col(Referral.id) == before.referral_id)
    referral = session.scalars(wanted).one()
    if made.kind is HoldKind.LIFTED:
        trail.record(actor, referral, Action.HOLD_LIFTED)
    else:
        trail.record(actor, referral, Action.HOLD_KEPT, review_on=made.review_on and made.review_on.isoformat())
    news.settle(News.HOLD_REVIEW, hold.reference, "Somebody has looked at the hold")


def _event(actor: Actor, kind: HoldKind, reason: str, review_on: date | None) -> HoldEvent:
    return HoldEvent(
        key=secrets.token_urlsafe(16),
        kind=kind,
        reason=reason,
        review_on=review_on,
        by_id=actor.user_id,
        by_name=actor.name,
        at=clock.now(),
    )  # pyright: ignore[reportCallIssue] - whose it is follows


def is_standing(placed: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL that is true for an event, given as its table or an alias, that is the newest of a hold."""
    later = aliased(HoldEvent)
    return col(placed.kind) != HoldKind.LIFTED, ~exists().where(col(later.follows_id) == col(placed.id))
