"""Reading links on the portal's side."""

from dataclasses import dataclass

from portal.access.actor import Actor
from portal.family import links
from portal.family.models import ConsentLink
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral


@dataclass(frozen=True)
class Made:
    """A link with the referral it is about."""

    referral: Referral
    row: ConsentLink


def open_sent(actor: Actor, reference: str) -> Referral | None:
    """Return the referral `reference` to KSAF and to who sent it; None while it is a draft.

    Until it is sent nobody but its writer has it, and the form's own answers about consent are still to come.
    """
    found = get_own_referral(actor, reference)
    return found if found and found.submitted_at else None


def open_link(actor: Actor, reference: str, key: str) -> Made | None:
    """Return the link `key` of the referral `reference` to KSAF and to who sent it."""
    referral = open_sent(actor, reference)
    if referral is None:
        return None
    found = next((each for each in links.made_for(actor, referral) if each.key == key), None)
    return Made(referral, found) if found else None
