"""How a referral ends: the outcomes it may close with, and what each needs first. Pure, read by pages and tests."""

from dataclasses import dataclass
from enum import StrEnum

from portal.referrals.rules import State

PATHWAY_3 = "pathway_3"


class Ending(StrEnum):
    """What a closed referral came to."""

    GOALS_MET = "goals_met"
    PARTLY_MET = "partly_met"
    STEPPED_DOWN = "stepped_down"
    ADVICE_GIVEN = "advice_given"
    ENDED_BY_FAMILY = "ended_by_family"
    MOVED_SERVICE = "moved_service"
    MOVED_SCHOOL = "moved_school"


LABELS = {
    Ending.GOALS_MET: "Goals met",
    Ending.PARTLY_MET: "Goals partly met",
    Ending.STEPPED_DOWN: "Stepped down",
    Ending.ADVICE_GIVEN: "Advice given",
    Ending.ENDED_BY_FAMILY: "Ended early by the family",
    Ending.MOVED_SERVICE: "Moved to another service",
    Ending.MOVED_SCHOOL: "The child has moved away or to another school",
}
_HINTS = {
    Ending.GOALS_MET: "The family reached the goals of the support.",
    Ending.PARTLY_MET: "Some goals were reached; the summary says what is left.",
    Ending.STEPPED_DOWN: "Universal support, such as the school’s own, is enough from here.",
    Ending.ADVICE_GIVEN: "The Support and Advice Line has answered what was asked.",
    Ending.ENDED_BY_FAMILY: "Support is voluntary. No completion summary is needed, but the rationale says why.",
    Ending.MOVED_SERVICE: "Another service has accepted the family.",
    Ending.MOVED_SCHOOL: "The new school sees nothing of this referral. What it needs is shared on a basis of its own.",
}

_EITHER_WAY = (Ending.ENDED_BY_FAMILY, Ending.MOVED_SCHOOL)
OFFERED: dict[State, tuple[Ending, ...]] = {
    State.ADVICE: (Ending.ADVICE_GIVEN, Ending.STEPPED_DOWN, *_EITHER_WAY),
    State.ACCEPTED: (Ending.STEPPED_DOWN, *_EITHER_WAY),
    State.IN_SUPPORT: (Ending.GOALS_MET, Ending.PARTLY_MET, Ending.STEPPED_DOWN, *_EITHER_WAY),
    State.HANDING_OVER: (Ending.MOVED_SERVICE, Ending.STEPPED_DOWN, *_EITHER_WAY),
}
"""By the state a referral is closed from."""


@dataclass(frozen=True)
class Standing:
    """What closing depends on."""

    state: State
    pathway: str | None = None
    open_transfers: int = 0
    accepted_transfers: int = 0
    is_overridden: bool = False
    is_summary_authorised: bool = False
    is_advice_owed: bool = False
    has_unsettled_statutory: bool = False


def hint(ending: Ending) -> str:
    """Return what `ending` means, for the person who chooses it."""
    return _HINTS[ending]


def label(value: str | None) -> str:
    """Return the ending kept as `value` in words; empty where there is none."""
    return LABELS[Ending(value)] if value in set(Ending) else ""


def why_not_yet(standing: Standing) -> str | None:
    """Return why nothing can be closed here, however it ended; None when it can.

    KSAF stays alongside until acceptance is confirmed (prospectus, Pathway 3). The database refuses the same
    (`closes_accepted`).
    """
    if standing.has_unsettled_statutory:
        return (
            "A statutory referral may not have arrived. First record under Onward that it was acknowledged, and that a"
            " call was confirmed in writing."
        )
    if standing.is_overridden:
        return None
    if standing.open_transfers:
        return "A service has been asked and has not answered yet. KSAF stays with the family until it has."
    is_onward = standing.state is State.HANDING_OVER or standing.pathway == PATHWAY_3
    if is_onward and not standing.accepted_transfers:
        return (
            "No service has confirmed that it accepts the family. KSAF stays with the family until one has, or until a"
            " manager records why it closes without."
        )
    return None


def why_not(ending: Ending, standing: Standing) -> str | None:
    """Return why the referral cannot be closed with `ending` as it stands; None when it can."""
    if ending not in OFFERED.get(standing.state, ()):
        return "Select how it ended"
    if refused := why_not_yet(standing):
        return refused
    needs_summary = standing.state is State.IN_SUPPORT and ending not in _EITHER_WAY
    if needs_summary and not standing.is_summary_authorised:
        return "A manager authorises the completion summary first"
    if ending is Ending.ADVICE_GIVEN and standing.is_advice_owed:
        return "An adviser calls the family and writes the call down first"
    return None
