"""What can be challenged, the stages a disagreement climbs, who may take which step and when: pure.

The stages and their levels are those of the Kent and Medway procedures (003, resolving professional difference).
Nothing here moves by time: going to the next stage is something a person does.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from portal.access import levels
from portal.access.levels import Level
from portal.access.roles import OrganisationKind, Role


class Challenged(StrEnum):
    """Which decision on a referral is challenged."""

    DECISION = "decision"
    REFUSAL = "refusal"
    LEVEL = "level"
    ALLOCATION = "allocation"
    CLOSING = "closing"
    SAFEGUARDING = "safeguarding"
    WITHDRAWAL = "withdrawal"
    OTHER = "other"


class Stage(IntEnum):
    """How far up a disagreement has gone."""

    PROFESSIONALS = 0
    MANAGERS = 1
    LEADS = 2
    DIRECTORS = 3
    PARTNERSHIP = 4


class DisagreementState(StrEnum):
    """Where a disagreement stands."""

    OPEN = "open"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Turn(StrEnum):
    """Whom an open disagreement waits for."""

    ANSWERER = "answerer"
    CHALLENGER = "challenger"
    PARTNERSHIP = "partnership"


class Side(StrEnum):
    """Which of the two sides somebody speaks for."""

    CHALLENGER = "challenger"
    ANSWERER = "answerer"


class Event(StrEnum):
    """One thing that is said or done in a disagreement; each is kept."""

    RAISED = "raised"
    ADDED = "added"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Stance(StrEnum):
    """What an answer does about the decision."""

    CHANGES = "changes"
    IN_PART = "in_part"
    STANDS = "stands"


class Outcome(StrEnum):
    """How a disagreement was resolved."""

    CHANGED = "changed"
    IN_PART = "in_part"
    ACCEPTED = "accepted"
    OTHERWISE = "otherwise"
    LAPSED = "lapsed"


LEVELS: dict[Stage, Level] = dict(zip(Stage, levels.LEVELS, strict=True))
"""Each stage in words, with the roles that speak at it."""
KINDS = {
    Challenged.DECISION: "What KSAF decided about the referral",
    Challenged.REFUSAL: "That KSAF did not accept the referral",
    Challenged.LEVEL: "The level of need",
    Challenged.ALLOCATION: "Who helps the family, and when",
    Challenged.CLOSING: "That the referral was closed",
    Challenged.SAFEGUARDING: "What was done about a safeguarding concern",
    Challenged.WITHDRAWAL: "That the referral was withdrawn",
    Challenged.OTHER: "Another decision",
}
STATES = {
    DisagreementState.OPEN: "Open",
    DisagreementState.RESOLVED: "Resolved",
    DisagreementState.WITHDRAWN: "Withdrawn",
}
STANCES = {
    Stance.CHANGES: "The decision is changed",
    Stance.IN_PART: "The decision is changed in part",
    Stance.STANDS: "The decision stands",
}
PARTNERSHIP_STANCES = {
    Stance.CHANGES: "The decision should be changed",
    Stance.IN_PART: "The decision should be changed in part",
    Stance.STANDS: "The decision should stand",
}
OUTCOMES = {
    Outcome.CHANGED: "The decision was changed",
    Outcome.IN_PART: "The decision was changed in part",
    Outcome.ACCEPTED: "The decision stands, and both sides accept it",
    Outcome.OTHERWISE: "Both sides agreed on something else",
    Outcome.LAPSED: "The other organisation no longer has the referral",
}
TO_CHOOSE = tuple(each for each in Outcome if each is not Outcome.LAPSED)
"""What a person chooses from; a disagreement lapses only where one side is no longer there."""


def challengeable(
    *, is_decided: bool, is_refused: bool, is_allocated: bool, is_closed: bool, is_withdrawn: bool, by_operator: bool
) -> tuple[Challenged, ...]:
    """Return what can be challenged on a referral: by a partner what KSAF decided, by KSAF what a partner did."""
    if by_operator:
        return (Challenged.WITHDRAWAL, Challenged.OTHER) if is_withdrawn else (Challenged.OTHER,)
    possible = {
        Challenged.CLOSING: is_closed,
        Challenged.REFUSAL: is_refused,
        Challenged.DECISION: is_decided and not is_refused,
        Challenged.LEVEL: is_decided,
        Challenged.ALLOCATION: is_allocated,
        Challenged.SAFEGUARDING: True,
        Challenged.OTHER: True,
    }
    return tuple(each for each, is_there in possible.items() if is_there)


@dataclass(frozen=True)
class Standing:
    """Where a disagreement stands, for the rules."""

    state: DisagreementState
    stage: Stage
    turn: Turn


@dataclass(frozen=True)
class Speaker:
    """Who would take a step: their side, their role, whether they are of KSAF, whether the other side is gone.

    `is_head` is whoever speaks where KSAF's head of service does: they, or a manager while none is named.
    """

    side: Side
    role: Role
    is_operator: bool
    is_alone: bool = False
    is_head: bool = False


def why_not(event: Event, at: Standing, by: Speaker) -> str | None:
    """Return why `by` cannot take a step, in words for them; None where they can."""
    if at.state is not DisagreementState.OPEN:
        return "This disagreement has ended."
    return _WHY_NOT[event](at, by)


def after(event: Event, at: Standing) -> Standing:
    """Return where a disagreement stands after a step that may be taken. Only going up changes the stage, by one."""
    if event is Event.ANSWERED:
        return replace(at, turn=Turn.CHALLENGER)
    if event is Event.ESCALATED:
        above = Stage(at.stage + 1)
        return replace(at, stage=above, turn=Turn.PARTNERSHIP if above is Stage.PARTNERSHIP else Turn.ANSWERER)
    return replace(at, state=_ENDS.get(event, at.state))


def who_speaks(stage: Stage, where: str, *, is_operator: bool) -> str:
    """Return in a sentence who speaks at a stage in the organisation called `where`, which is KSAF or a partner."""
    level = LEVELS[stage]
    there = f": at {where}, {level.at_ksaf if is_operator else level.at_partner}" if level.ksaf else ""
    return f"{level.who} speaks at this stage{there}."


def outcomes(by: Speaker) -> tuple[Outcome, ...]:
    """Return how a disagreement can be resolved by whoever may resolve it now."""
    return (Outcome.LAPSED,) if by.is_alone and by.is_operator else TO_CHOOSE


def possible(at: Standing, by: Speaker) -> Collection[Event]:
    """Return the steps that `by` can take now."""
    return [event for event in Event if event is not Event.RAISED and why_not(event, at, by) is None]


def _answer(at: Standing, by: Speaker) -> str | None:
    if at.stage is Stage.PARTNERSHIP:
        if not by.is_operator:
            return "KSAF records what the partnership says."
    elif by.side is not Side.ANSWERER:
        return "The other side answers at this stage."
    if at.turn is Turn.CHALLENGER:
        return "This stage has been answered."
    if not _speaks(LEVELS[at.stage], by):
        where = "KSAF" if by.is_operator else "your organisation"
        who = who_speaks(at.stage, where, is_operator=by.is_operator)
        return f"{who} Ask them to sign in and answer, or to tell you who does."
    return None


def _speaks(level: Level, by: Speaker) -> bool:
    """Say whether `by` stands at a level: where it does not go by roles, everybody who may take steps does."""
    wanted = level.roles(OrganisationKind.OPERATOR if by.is_operator else OrganisationKind.EDUCATION)
    if not wanted:
        return True
    return by.is_head if by.is_operator and level.is_head else by.role in wanted


def _escalate(at: Standing, by: Speaker) -> str | None:
    del by  # either side may find that it is above them
    return "The partnership is the last stage." if at.stage is Stage.PARTNERSHIP else None


def _resolve(at: Standing, by: Speaker) -> str | None:
    heard = at.stage is Stage.PARTNERSHIP and at.turn is Turn.CHALLENGER
    if by.side is Side.CHALLENGER or (by.is_operator and (by.is_alone or heard)):
        return None
    return "Whoever challenged the decision says when it is resolved."


def _withdraw(at: Standing, by: Speaker) -> str | None:
    del at
    return None if by.side is Side.CHALLENGER else "Whoever challenged the decision can withdraw it."


def _never(at: Standing, by: Speaker) -> str | None:
    del at, by
    return "This has been raised."


def _always(at: Standing, by: Speaker) -> str | None:
    del at, by
    return None


_ENDS = {Event.RESOLVED: DisagreementState.RESOLVED, Event.WITHDRAWN: DisagreementState.WITHDRAWN}
_WHY_NOT = {
    Event.RAISED: _never,
    Event.ADDED: _always,
    Event.ANSWERED: _answer,
    Event.ESCALATED: _escalate,
    Event.RESOLVED: _resolve,
    Event.WITHDRAWN: _withdraw,
}
