"""Reading the calls that KSAF owes: those still to be made by time left, then those still to be written down."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.enquiries.call_backs.models import CallBack, CallTry
from portal.enquiries.call_backs.rules import CallBackEnding
from portal.enquiries.models import Enquiry
from portal.enquiries.signposts.models import Signpost
from portal.referrals.models import Referral
from portal.referrals.rules import State

MOST = 100  # rows: more than a day's calls


@dataclass(frozen=True)
class Open:
    """One call that is owed or not yet written down, with how often somebody has tried."""

    call_back: CallBack
    tries: int


def open_call_backs(actor: Actor) -> list[Open]:
    """Return the calls to make, least time left first, then those made and not written down; the first hundred."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    tries = select(func.count(col(CallTry.id))).where(col(CallTry.call_back_id) == col(CallBack.id)).scalar_subquery()
    found = (
        select(CallBack, tries)
        .outerjoin(Referral, col(Referral.id) == col(CallBack.referral_id))
        .where(_is_open(), or_(col(CallBack.referral_id).is_(None), col(Referral.state) == State.ADVICE))
        .order_by(col(CallBack.ended_at).is_not(None), col(CallBack.due_at), col(CallBack.id))
    )
    return [Open(call_back, count) for call_back, count in db.session().execute(found.limit(MOST)).all()]


def get_call_back(actor: Actor, reference: str) -> CallBack | None:
    """Return the newest call owed about `reference` within the actor's reach, else None; a writing request locks it."""
    session = db.session()
    if session.info["tenant"] != actor.organisation_id:
        return None
    wanted = select(CallBack).where(col(CallBack.reference) == reference).order_by(col(CallBack.id).desc()).limit(1)
    return session.scalars(wanted.with_for_update() if session.info["writes"] else wanted).first()


def tries_of(actor: Actor, call_back: CallBack) -> list[CallTry]:
    """Return the tries of a call that `actor` has loaded, newest first."""
    del actor
    made = select(CallTry).where(col(CallTry.call_back_id) == call_back.id)
    return list(db.session().scalars(made.order_by(col(CallTry.id).desc())).all())


def area_of(actor: Actor, call_back: CallBack) -> str:
    """Return where the family of a call is: a key of enquiries/rules.py, from what the call comes from."""
    del actor
    if call_back.signpost_id is not None:
        wanted = select(Signpost.area).where(col(Signpost.id) == call_back.signpost_id)
    elif call_back.referral_id is not None:
        wanted = select(Referral.area).where(col(Referral.id) == call_back.referral_id)
    else:
        wanted = select(Enquiry.area).where(col(Enquiry.id) == call_back.enquiry_id)
    return db.session().scalars(wanted).one()


def is_advice_owed(actor: Actor, referral: Referral) -> bool:
    """Say whether the newest call about `referral`, if one was owed, has not been made and written down."""
    del actor
    owed = select(CallBack).where(col(CallBack.referral_id) == referral.id).order_by(col(CallBack.id).desc())
    newest = db.session().scalars(owed.limit(1)).first()
    return newest is not None and newest.logged_id is None


def _is_open() -> ColumnElement[bool]:
    """Return the SQL for what somebody still has to do: make the call, or write it down."""
    to_write_down = and_(col(CallBack.ending) == CallBackEnding.SPOKE, col(CallBack.logged_id).is_(None))
    return or_(col(CallBack.ended_at).is_(None), to_write_down)
