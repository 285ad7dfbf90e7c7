"""Requests that reach the register without its keepers: a family's own, and what a family says to somebody else."""

from portal.access.actor import Actor
from portal.accountability.requests import service
from portal.accountability.requests.forms import FamilyForm, PassOnForm
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.rules import Kind, Way
from portal.accountability.requests.service import Asked
from portal.family.links import Link
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.web.dates import today


def by_family(link: Link, form: FamilyForm) -> DataRequest:
    """Enter what a family asks on its own page. Its link is no proof of who asks: KSAF checks before it answers."""
    typed = form.data
    return service.record(
        link.guest,
        Asked(
            kind=Kind(typed["kind"]),
            way=Way.LINK,
            capacity="young_person" if link.is_young else "parent",
            asker=typed["name"],
            reply_to=typed["reply_to"],
            about=progress.child_in_full(link.referral),
            asked=typed["asked"],
            received_on=today(),
            referrals=(link.referral,),
        ),
    )


def by_professional(actor: Actor, referral: Referral, form: PassOnForm) -> DataRequest:
    """Enter what a family said to `actor`. KSAF's time runs from the day on which KSAF itself was told."""
    typed = form.data
    return service.record(
        actor,
        Asked(
            kind=Kind(typed["kind"]),
            way=Way.COLLEAGUE if actor.is_operator else Way.PARTNER,
            capacity=typed["capacity"],
            asker=typed["asker"],
            reply_to=typed["reply_to"],
            about=progress.child_in_full(referral),
            asked=typed["asked"],
            received_on=typed["said_on"] if actor.is_operator else today(),
            referrals=(referral,),
        ),
    )
