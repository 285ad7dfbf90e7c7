"""Who hands over what in the demo, who leaves, and who is away."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.accounts import profile
from portal.accounts.models import MailRhythm, Membership, User
from portal.referrals.models import Referral
from portal.staffing import service
from portal.staffing.rules import Part
from portal.timescales import away
from portal.timescales.recipients import staff_of
from portal.web.dates import today

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


def _go_away(actor: Actor, _referral: Referral, words: dict[str, str]) -> None:
    """Be away from the day of the story on, long enough for whoever looks at the demo to see it."""
    here = {each.email: each for each in staff_of(actor.organisation_id).members}
    last_day = today() + timedelta(days=int(words["days"]))
    away.set_away(actor, here[actor.email], here[words["deputy"]], today(), last_day)


def _choose_mail(actor: Actor, _referral: Referral, words: dict[str, str]) -> None:
    profile.choose_mail(actor, MailRhythm(words["rhythm"]))


DEEDS: dict[str, Deed] = {
    "hand_over": _hand_over,
    "remove": _remove,
    "go_away": _go_away,
    "choose_mail": _choose_mail,
}
