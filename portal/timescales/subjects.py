"""The subjects that the page of timescales is divided by, and which were checked longest ago."""

from dataclasses import dataclass
from typing import Final

from portal.timescales.policy import Policy
from portal.timescales.recipients import DATA_REQUESTS, DISAGREEMENTS
from portal.timescales.timescale import Timescale

_OLDEST = 5
"""As many as somebody checks in one sitting: ours."""


@dataclass(frozen=True)
class Subject:
    """A title, where on the page it begins, and its timescales in the order of the policy."""

    title: str
    anchor: str
    timescales: tuple[Timescale, ...]


_SUBJECTS: Final = {
    "A referral and its decision": (
        *(
            "acknowledge",
            "chase",
            "decide",
            "outcome",
            "confirm_telephone",
            "confirm_call",
            "confirm_call_followed",
            "information",
            "attendance_context",
        ),
        "record_review",
    ),
    "Advice and support": (*("call_back", "allocate", "weekly_update", "week_4_review", "completion_summary"),),
    "Other services and the front door": (
        *("onward_offer", "onward_acceptance"),
        *("statutory_acknowledgement", "statutory_manager", "statutory_outcome"),
    ),
    "Safety and consent": (
        *("concern", "consent_link", "sharing_decision", "refusal_reason", "tell_receiver", "tell_family"),
    ),
    "Disagreements": DISAGREEMENTS,
    "Personal data": DATA_REQUESTS,
}


def divided(rules: Policy) -> list[Subject]:
    """Return every timescale of `rules` under its subject."""
    return [
        Subject(
            title,
            title.lower().replace(" ", "-"),
            tuple(each for each in rules.timescales.values() if each.kind in kinds),
        )
        for title, kinds in _SUBJECTS.items()
    ]


def checked_longest_ago(rules: Policy) -> list[Timescale]:
    """Return the few whose source nobody has read for longest, that one first."""
    return sorted(rules.timescales.values(), key=lambda each: each.checked_on)[:_OLDEST]
