"""What the family agrees to, and what it means for the support.

Outreach is voluntary (DOMAIN): while agreement to KSAF's support is not in force the plan stands still.
"""

from dataclasses import dataclass

from portal.access.actor import Actor, Author
from portal.cases.models import SupportCase
from portal.consent import queries as ledger
from portal.consent.queries import LedgerLine
from portal.referrals.models import Audience, Referral
from portal.referrals.queries import concerns
from portal.web.errors import SomeoneWasFirstError

SUPPORT, UPDATES = "ksaf_support", "updates_to_referrer"
"""The purposes of the consent form without which there is no support, and no telling the referrer how it goes."""
ENDED = "This support has ended."


class NoConsentError(Exception):
    """The family's agreement to support is not in force; the message says so to the person who tried."""


@dataclass(frozen=True)
class Agreed:
    """Where the family's consent stands now, for each purpose."""

    lines: list[LedgerLine]

    @property
    def to_support(self) -> bool:
        """Say whether the family agrees to support from KSAF."""
        return self._permits(SUPPORT)

    @property
    def to_updates(self) -> bool:
        """Say whether the family agrees that the referrer is told how it goes."""
        return self._permits(UPDATES)

    def _permits(self, purpose: str) -> bool:
        return any(line.permits for line in self.lines if line.purpose == purpose)


def agreed(actor: Author, referral: Referral) -> Agreed:
    """Return where consent stands for a referral that `actor` has loaded: one query."""
    return Agreed(ledger.standing(actor, referral.id or 0))


def shows_to(actor: Actor, referral: Referral, held: Agreed) -> bool:
    """Say whether `actor` may read how the support goes.

    KSAF may. Whoever sent the referral may while the family agrees to it; with others it is shared on a recorded basis.
    """
    if actor.is_operator or not concerns(actor, referral):
        return True
    return held.to_updates


def require(actor: Actor, referral: Referral, case: SupportCase) -> Agreed:
    """Return where consent stands, for a step of support that is about to be taken.

    Raises SomeoneWasFirstError once the support has ended, NoConsentError while the family does not agree to it.
    """
    if case.ended_at is not None:
        raise SomeoneWasFirstError(ENDED)
    return require_agreement(actor, referral)


def require_agreement(actor: Actor, referral: Referral) -> Agreed:
    """Return where consent stands, before support begins or goes on. Raises NoConsentError where the family says no."""
    held = agreed(actor, referral)
    if not held.to_support:
        raise NoConsentError("The family does not agree to support now, so nothing of it begins or goes on.")
    return held


def audience_of(held: Agreed) -> Audience:
    """Return who may read in the timeline how the support goes."""
    return Audience.EVERYONE if held.to_updates else Audience.OPERATOR
