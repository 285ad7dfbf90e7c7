"""What a family of the demo asks to be removed: recorded by a manager, proposed by the same, waiting for another."""

from collections.abc import Callable

from portal.access.actor import Actor
from portal.accountability.requests import erasing, service
from portal.accountability.requests.erasing import Removing
from portal.accountability.requests.rules import Kind, Way
from portal.accountability.requests.service import Asked
from portal.referrals.models import Referral
from portal.web.dates import today


def _ask(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    asked = Asked(
        kind=Kind.ERASURE,
        way=Way.PHONE,
        capacity="parent",
        asker=words["asker"],
        reply_to=words["reply_to"],
        about=words["about"],
        asked=words["asked"],
        received_on=today(),
        known_by=words["known_by"],
        referrals=(referral,),
    )
    made = service.record(actor, asked)
    erasing.propose(actor, Removing(made, [referral]), [referral.reference], words["why"])


DEEDS: dict[str, Callable[[Actor, Referral, dict[str, str]], object]] = {"ask_removal": _ask}
