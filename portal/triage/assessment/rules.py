"""When an assessment may be written, what a decision needs of it, and what to warn about."""

from collections.abc import Collection

from portal.referrals.rules import State
from portal.triage.assessment.needs import Level, Scale, highest_tier
from portal.triage.models import Outcome

# A manager authorises what was found when the decision was proposed, so it stays as it is from then on.
WRITABLE = frozenset({State.SENT, State.ACKNOWLEDGED, State.INFORMATION_REQUESTED, State.CONTEXT_REQUESTED})
_STATUTORY = 3

NOT_ASSESSED = "Assess the referral first: record the level of need and why. A pathway is decided on it."
ABOVE_KSAF = (
    "This level is for the statutory front door, and KSAF works below it. Call the front door today: neither "
    "advice nor outreach takes its place."
)
SIGNS_ABOVE_LEVEL = (
    "You have ticked signs of the statutory threshold and a level below it. Say in your reasons why they do not reach "
    "it, or call the front door."
)


def missing_for(outcome: Outcome, level: int | None, why: str) -> str | None:
    """Return what a decision for `outcome` still needs of the assessment, in words, or None.

    DOMAIN: absence of information must not delay what protects a child, so a refusal, an emergency's among them, needs
    no level of need.
    """
    if outcome is Outcome.NOT_ACCEPTED or (level is not None and why.strip()):
        return None
    return NOT_ASSESSED


def warnings(scale: Scale, level: int | None, signs: Collection[str]) -> list[str]:
    """Return what whoever reads this assessment must be warned about, the most serious first."""
    found = scale.level(level)
    if is_for_front_door(found):
        return [ABOVE_KSAF]
    return [SIGNS_ABOVE_LEVEL] if highest_tier(signs) == _STATUTORY else []


def is_for_front_door(level: Level | None) -> bool:
    """Say whether `level` is one the statutory services act on."""
    return level is not None and level.front_door
