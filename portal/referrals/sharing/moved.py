"""What a change of school means for who may see a referral: which school is new, and what is kept from the old one.

The old school learns where a child has gone only where it said so itself: a family can have moved to be safe.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, not_
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor, Author
from portal.access.models import ReferralParty
from portal.consent.models import ConsentEvent
from portal.organisations.models import Organisation
from portal.referrals.models import Referral
from portal.referrals.sharing.models import NewSchool, SchoolMove
from portal.referrals.sharing.rules import PURPOSE
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales.news import News

ASK_AGAIN = "The family agreed before the child changed school. Ask them again about the new school first."


def newest(referral: Referral) -> SchoolMove | None:
    """Return the newest change of school of a referral that the session has loaded, or None: for KSAF's verbs."""
    moves = select(SchoolMove).where(col(SchoolMove.referral_id) == referral.id)
    with as_system(db.session()):
        return db.session().scalars(moves.order_by(col(SchoolMove.id).desc()).limit(1)).first()


def to_school(referral: Referral, organisation_id: int | None) -> SchoolMove | None:
    """Return the newest change of school if it was to this organisation, else None."""
    move = newest(referral)
    return move if move and move.to_organisation_id == organisation_id else None


def is_kept_from_sender(move: SchoolMove | None) -> bool:
    """Say whether the old school may not learn where the child has gone: somebody else than its people told KSAF."""
    return move is not None and move.recorded_for_id != move.owner_organisation_id


def readable_consent(actor: Actor, referral: Referral) -> list[ColumnElement[bool]]:
    """Return the SQL for what `actor` may read of the consent ledger: nothing that can name a school kept from them.

    A family that is asked again about sharing says with whom, in its own words: who sent the referral does not read
    those while it may not learn where the child has gone.
    """
    if actor.is_operator or actor.organisation_id != referral.organisation_id:
        return []
    move = newest(referral)
    if move is None or not is_kept_from_sender(move):
        return []
    about_others = col(ConsentEvent.purpose).startswith(PURPOSE)
    return [not_(and_(about_others, col(ConsentEvent.recorded_at) >= move.recorded_at))]


def told_of(actor: Author, referral: Referral, organisations: Iterable[Organisation]) -> list[Organisation]:
    """Return those of `organisations` that `actor` may learn of: not the new school, where it is kept from them."""
    found = list(organisations)
    if actor.organisation_id != referral.organisation_id or not found:
        return found
    kept = kept_key(referral)
    return [each for each in found if each.key != kept]


def kept_key(referral: Referral) -> str | None:
    """Return the key of the new school where who sent `referral` may not learn of it, else None."""
    move = newest(referral)
    kept = move.to_organisation_id if move and is_kept_from_sender(move) else None
    named = select(Organisation.key).where(col(Organisation.id) == kept)
    return db.session().scalars(named).first() if kept else None


def note_shared(referral: Referral, party: ReferralParty, by_name: str) -> None:
    """Settle the question about the new school where `party` is its: it sees the referral now."""
    move = to_school(referral, party.organisation_id)
    if move is None or move.new_school is not None:
        return
    with as_system(db.session()):
        move.new_school, move.new_school_by_name, move.new_school_at = NewSchool.SHARED, by_name, clock.now()
    settle(referral, move)


def settle(referral: Referral, move: SchoolMove) -> None:
    """Close what asks KSAF about the change of school, once both of its questions are answered."""
    if move.new_school is not None and move.access_until is not None:
        news.settle(News.SCHOOL_CHANGED, referral.reference, "Both questions about the change of school are answered")
