"""What a change of school means for who may see a referral: which school is new, and what is kept from the old one.

The old school learns where a child has gone only where it said so itself: a family can have moved to be safe.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, func, not_, or_
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
    return next(reversed(_moves(referral)), None)


def to_school(referral: Referral, organisation_id: int | None, name: str) -> SchoolMove | None:
    """Return the newest change to this school, by what it is on the portal or else by its name, or None."""
    return next((each for each in reversed(_moves(referral)) if _goes_to(each, organisation_id, name)), None)


def is_kept_from_sender(referral: Referral, organisation_id: int | None, name: str) -> bool:
    """Say whether who sent `referral` may not learn of this school: somebody else than its people told KSAF of it.

    That it names the school too changes nothing: the name can be a guess, and would be confirmed.
    """
    return any(_goes_to(each, organisation_id, name) for each in _kept(referral))


def readable_consent(actor: Actor, referral: Referral) -> list[ColumnElement[bool]]:
    """Return the SQL for what `actor` may read of the consent ledger: nothing that can name a school kept from them.

    A family that is asked again about sharing says with whom, in its own words: who sent the referral does not read
    those from the first time on that it may not learn where the child has gone.
    """
    if actor.is_operator or actor.organisation_id != referral.organisation_id:
        return []
    kept = _kept(referral)
    if not kept:
        return []
    about_others = col(ConsentEvent.purpose).startswith(PURPOSE)
    return [not_(and_(about_others, col(ConsentEvent.recorded_at) >= kept[0].recorded_at))]


def told_of(actor: Author, referral: Referral, organisations: Iterable[Organisation]) -> list[Organisation]:
    """Return those of `organisations` that `actor` may learn of: no new school that is kept from them."""
    found = list(organisations)
    if actor.organisation_id != referral.organisation_id or not found:
        return found
    kept = kept_keys(referral)
    return [each for each in found if each.key not in kept]


def kept_keys(referral: Referral) -> set[str]:
    """Return the keys of the organisations that who sent `referral` may not learn of.

    Every school that somebody else told KSAF of, and whoever was let in as one.
    """
    kept = _kept(referral)
    let_in = select(ReferralParty.organisation_id).where(
        col(ReferralParty.referral_id) == referral.id, col(ReferralParty.is_kept_from_sender)
    )
    named = select(Organisation.key).where(
        or_(
            col(Organisation.id).in_(let_in),
            col(Organisation.id).in_([each.to_organisation_id for each in kept if each.to_organisation_id]),
            func.lower(col(Organisation.name)).in_([func.lower(each.to_name) for each in kept]),
        )
    )
    with as_system(db.session()):
        return set(db.session().scalars(named).all())


def note_shared(referral: Referral, party: ReferralParty, name: str, by_name: str) -> None:
    """Settle the question about the new school where `party` is its, of this `name`: it sees the referral now."""
    move = newest(referral)
    if move is None or move.new_school is not None or not _goes_to(move, party.organisation_id, name):
        return
    with as_system(db.session()):
        move.new_school, move.new_school_by_name, move.new_school_at = NewSchool.SHARED, by_name, clock.now()
    settle(referral, move)


def settle(referral: Referral, move: SchoolMove) -> None:
    """Close what asks KSAF about the change of school, once both of its questions are answered."""
    if move.new_school is not None and move.access_until is not None:
        news.settle(News.SCHOOL_CHANGED, referral.reference, "Both questions about the change of school are answered")


def _kept(referral: Referral) -> list[SchoolMove]:
    """Return the changes of school that who sent `referral` did not tell KSAF itself, the oldest first."""
    return [each for each in _moves(referral) if each.recorded_for_id != each.owner_organisation_id]


def _moves(referral: Referral) -> list[SchoolMove]:
    moves = select(SchoolMove).where(col(SchoolMove.referral_id) == referral.id).order_by(col(SchoolMove.id))
    with as_system(db.session()):
        return list(db.session().scalars(moves).all())


def _goes_to(move: SchoolMove, organisation_id: int | None, name: str) -> bool:
    """Say whether it is a move to this school, which may have come to the portal only after somebody named it."""
    is_it = organisation_id is not None and move.to_organisation_id == organisation_id
    return is_it or move.to_name.lower() == name.lower()
