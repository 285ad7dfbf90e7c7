"""What a statutory referral still waits for, in words and as deadlines; pure."""

from portal.access.roles import Role
from portal.referrals.progress import Tone
from portal.transfers.statutory.models import Basis, StatutoryReferral, Way

ELSEWHERE = "elsewhere"
"""The front door of an area whose contacts KSAF does not keep."""

WAYS = {
    Way.PHONE: "By phone",
    Way.PORTAL: "Through its portal",
    Way.EMAIL: "By email",
}
BASES = {
    Basis.AGREEMENT: "The family agrees to this referral",
    Basis.PROTECTION: "To protect the child, without consent",
}

CONFIRM, ACKNOWLEDGE = "confirm_telephone", "statutory_acknowledgement"
MANAGER, OUTCOME = "statutory_manager", "statutory_outcome"


def starts(way: Way) -> tuple[str, ...]:
    """Return the kinds of deadline that a referral begins: what was phoned has to be confirmed in writing too."""
    return (*((CONFIRM,) if way is Way.PHONE else ()), ACKNOWLEDGE, MANAGER, OUTCOME)


def is_unsettled(made: StatutoryReferral) -> bool:
    """Say whether it may not have arrived: not acknowledged, or phoned and not confirmed in writing."""
    arrived = made.acknowledged_at or made.outcome_at
    return not arrived or (made.way is Way.PHONE and not made.confirmed_at)


def standing(made: StatutoryReferral) -> tuple[str, Tone]:
    """Return how it stands in a few words, and the tone of them."""
    if made.outcome_at:
        return "Outcome received", "on_track"
    if made.acknowledged_at:
        return "Acknowledged", "waiting"
    return "Not acknowledged yet", "soon"


def may_read(role: Role, *, is_about_staff: bool) -> bool:
    """Say whether `role` may read it: an allegation about somebody who works with children is for few.

    DOMAIN, need to know: safeguarding detail is for the safeguarding team and the people named.
    """
    return not is_about_staff or role in {Role.SAFEGUARDING_TEAM, Role.MANAGER}
