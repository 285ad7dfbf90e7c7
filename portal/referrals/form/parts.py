"""The parts of a referral that are shown on a need to know, and what each holds.

DOMAIN, need to know: safeguarding detail is for the safeguarding team and the people named. Which question belongs to
which part stands with the questions themselves.
"""

from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """A part that stays closed to an organisation a referral is shared with until somebody opens it, with a reason."""

    SAFEGUARDING = "safeguarding"
    HEALTH = "health"
    THIRD_PARTIES = "third_parties"


class PartWords(NamedTuple):
    """A part in words: its name, and what it holds."""

    title: str
    holds: str


PART_WORDS = {
    Part.SAFEGUARDING: PartWords("Safeguarding", "What is known, past and present risks, and changes in risk."),
    Part.HEALTH: PartWords("Health", "Diagnoses, medical and additional needs, emotional wellbeing, advice given."),
    Part.THIRD_PARTIES: PartWords(
        "Other people", "Others in the household, other children and parents, professionals and what they said."
    ),
}
