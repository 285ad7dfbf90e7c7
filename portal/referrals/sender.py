"""The organisation that sent a referral: until when it sees it, and who stands on its side after that.

A child can change school, and a school can close, while KSAF goes on helping. The rows stay under who sent them, since
that is what happened; what ends is what that organisation sees, is told and is owed.
"""

from datetime import date, timedelta

from portal import clock
from portal.organisations.queries import operator
from portal.referrals.models import Referral
from portal.web.dates import in_london

GONE = "Whoever sent this referral no longer sees it."


def sees(referral: Referral) -> bool:
    """Say whether the organisation that sent `referral` still sees it."""
    return referral.sender_until is None or referral.sender_until > clock.now()


def side(referral: Referral) -> int:
    """Return the id of who is owed what KSAF does: the sender while it sees `referral`, then KSAF itself.

    Somebody without an account, behind a link, works on the rows of the same organisation.
    """
    return referral.organisation_id if sees(referral) else operator().id or 0


def last_day(referral: Referral) -> date | None:
    """Return the last day, in London, on which whoever sent `referral` sees it; None where no end is set."""
    until = referral.sender_until
    return in_london(until - timedelta(microseconds=1)).date() if until else None
