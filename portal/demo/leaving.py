"""Who hands over what in the demo, and who leaves."""

from collections.abc import Callable

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.accounts.models import Membership, User
from portal.referrals.models import Referral
from portal.staffing import service
from portal.staffing.rules import Part
from portal.timescales.recipients import staff_of

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def _hand_over(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    part = Part(words["part"])
    to = next(each for each in staff_of(actor.organisation_id).members if each.email == words["to"])
    service.hand_over(actor, part, [referral.reference], getattr(referral, f"{part}_id"), to)


def _remove(actor: Actor, _referral: Referral, words: dict[str, str]) -> None:
    """Remove somebody from the actor's organisation; what they had, this referral among it, is then nobody's."""
    theirs = select(Membership).join(User, col(User.id) == col(Membership.user_id))
    mine = theirs.where(col(User.email) == words["who"], col(Membership.organisation_id) == actor.organisation_id)
    service.leave(actor, db.session().scalars(mine).one())


DEEDS: dict[str, Deed] = {"hand_over": _hand_over, "remove": _remove}
