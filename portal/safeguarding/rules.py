"""What a concern is called, where it stands, and what may be decided about it; pure."""

from enum import StrEnum


class Danger(StrEnum):
    """The answer to "Is anyone in danger now?"."""

    YES = "yes"
    NOT_SURE = "not_sure"
    NO = "no"

    @property
    def is_urgent(self) -> bool:
        """Say whether somebody has to be called now: who is not sure counts as who is."""
        return self is not Danger.NO


class ConcernState(StrEnum):
    """Where a concern stands for the safeguarding team."""

    RAISED = "raised"
    LOOKED_AT = "looked_at"
    FOLLOWED = "followed"
    DECIDED = "decided"


class Outcome(StrEnum):
    """What the safeguarding team decides."""

    NO_FURTHER_ACTION = "no_further_action"
    MONITOR = "monitor"
    ADVICE_SOUGHT = "advice_sought"
    EARLY_HELP = "early_help"
    FRONT_DOOR = "front_door"
    LADO = "lado"
    POLICE = "police"


DANGER = {Danger.YES: "Yes", Danger.NOT_SURE: "I am not sure", Danger.NO: "No"}
DANGER_TOLD = {
    Danger.YES: "Yes, somebody is in danger",
    Danger.NOT_SURE: "Whoever raised it was not sure",
    Danger.NO: "No",
}
DANGER_TAGS = {Danger.YES: "Danger now", Danger.NOT_SURE: "Danger not ruled out", Danger.NO: ""}
STATES = {
    ConcernState.RAISED: "Not looked at yet",
    ConcernState.LOOKED_AT: "To be decided",
    ConcernState.FOLLOWED: "Being followed",
    ConcernState.DECIDED: "Decided",
}
TONES = {
    ConcernState.RAISED: "missed",
    ConcernState.LOOKED_AT: "soon",
    ConcernState.FOLLOWED: "waiting",
    ConcernState.DECIDED: "on_track",
}
OUTCOMES = {
    Outcome.NO_FURTHER_ACTION: "No further action",
    Outcome.MONITOR: "Monitor",
    Outcome.ADVICE_SOUGHT: "Advice sought",
    Outcome.EARLY_HELP: "Early Help",
    Outcome.FRONT_DOOR: "Front Door or MASH consultation",
    Outcome.LADO: "LADO: an allegation about somebody who works with children",
    Outcome.POLICE: "Police",
}
OPEN = (ConcernState.RAISED, ConcernState.LOOKED_AT, ConcernState.FOLLOWED)
_STILL_OPEN = frozenset({Outcome.MONITOR, Outcome.ADVICE_SOUGHT})
_STATUTORY = frozenset({Outcome.FRONT_DOOR, Outcome.LADO})


def state_after(outcome: Outcome) -> ConcernState:
    """Return where a concern stands once `outcome` is decided: what is watched or asked about stays open."""
    return ConcernState.FOLLOWED if outcome in _STILL_OPEN else ConcernState.DECIDED


def asks_whom(outcome: Outcome) -> bool:
    """Say whether `outcome` means that somebody outside KSAF was spoken to, so that their words belong to it."""
    return outcome not in {Outcome.NO_FURTHER_ACTION, Outcome.MONITOR}


def leads_to_statutory(outcome: Outcome) -> bool:
    """Say whether `outcome` usually brings a referral that is recorded, with deadlines, as a statutory one."""
    return outcome in _STATUTORY
