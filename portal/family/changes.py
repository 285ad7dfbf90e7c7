"""The one verb by which a family's answer enters the ledger, whoever writes it down, and what follows from it."""

from collections.abc import Sequence

from portal.access.actor import Author
from portal.consent import queries as ledger
from portal.consent import service as consent
from portal.consent.queries import LedgerLine
from portal.consent.statements import About, Giver, Statement
from portal.consent.wording import Wording
from portal.family import effects
from portal.organisations.queries import operator
from portal.referrals.models import Referral

Standing = dict[str, LedgerLine]
"""Where consent stands: the newest entry about each purpose."""


def record(
    by: Author, referral: Referral, said: Sequence[Statement], giver: Giver, shown: Wording | None = None
) -> None:
    """Enter what a family `said` into the ledger of a referral that `by` has loaded and locked.

    Takes who gave it and the wording `shown` to them, where it was not the one of the day. What rested on something
    that is not agreed to any more ends in the same transaction (`effects.follow`).
    """
    before = standing(by, referral)
    about = About(referral.id or 0, referral.organisation_id, referral.reference)
    consent.record_from_referral(by, about, operator().name, said, giver, shown)
    effects.follow(by, referral, [each.purpose for each in said], before, standing(by, referral))


def standing(by: Author, referral: Referral) -> Standing:
    """Return the newest entry about each purpose."""
    return {line.purpose: line for line in ledger.standing(by, referral.id or 0)}
