"""A referral's life as one table of transitions, read by buttons, permission checks, the docs' diagram and tests."""

from dataclasses import dataclass
from enum import StrEnum

from portal.access.policy import Permission


class State(StrEnum):
    """Where a referral is."""

    DRAFT = "draft"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    INFORMATION_REQUESTED = "information_requested"
    DECISION_PROPOSED = "decision_proposed"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


class Event(StrEnum):
    """What moves a referral."""

    SUBMIT = "submit"
    DISCARD = "discard"
    ACKNOWLEDGE = "acknowledge"
    ASK = "ask"
    ANSWER = "answer"
    DECIDE = "decide"
    RETURN = "return"
    AUTHORISE = "authorise"
    AUTHORISE_NOT_ACCEPTED = "authorise_not_accepted"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Transition:
    """One row: the event, the states it may leave, the state it leads to, who may do it and what it requires."""

    event: Event
    sources: tuple[State, ...]
    target: State
    permission: Permission
    requires: str


_OPEN = (State.SENT, State.ACKNOWLEDGED, State.INFORMATION_REQUESTED, State.DECISION_PROPOSED)

LIFECYCLE: tuple[Transition, ...] = (
    Transition(
        Event.SUBMIT,
        (State.DRAFT,),
        State.SENT,
        Permission.REFERRAL_SUBMIT,
        "the required answers and a consent position",
    ),
    Transition(Event.DISCARD, (State.DRAFT,), State.DISCARDED, Permission.REFERRAL_DISCARD, "confirmation"),
    Transition(
        Event.ACKNOWLEDGE,
        (State.SENT,),
        State.ACKNOWLEDGED,
        Permission.REFERRAL_ACKNOWLEDGE,
        "nothing",
    ),
    Transition(
        Event.ASK,
        (State.ACKNOWLEDGED,),
        State.INFORMATION_REQUESTED,
        Permission.REFERRAL_ASK,
        "a question",
    ),
    Transition(
        Event.ANSWER,
        (State.INFORMATION_REQUESTED,),
        State.ACKNOWLEDGED,
        Permission.REFERRAL_ANSWER,
        "an answer",
    ),
    Transition(
        Event.DECIDE,
        (State.ACKNOWLEDGED, State.INFORMATION_REQUESTED),
        State.DECISION_PROPOSED,
        Permission.REFERRAL_DECIDE,
        "an outcome, a rationale and a next option for the family",
    ),
    Transition(
        Event.RETURN,
        (State.DECISION_PROPOSED,),
        State.ACKNOWLEDGED,
        Permission.REFERRAL_RETURN,
        "a comment",
    ),
    Transition(
        Event.AUTHORISE,
        (State.DECISION_PROPOSED,),
        State.ACCEPTED,
        Permission.REFERRAL_AUTHORISE,
        "a manager",
    ),
    Transition(
        Event.AUTHORISE_NOT_ACCEPTED,
        (State.DECISION_PROPOSED,),
        State.NOT_ACCEPTED,
        Permission.REFERRAL_AUTHORISE,
        "a manager",
    ),
    Transition(Event.WITHDRAW, _OPEN, State.WITHDRAWN, Permission.REFERRAL_WITHDRAW, "a reason"),
)

STATE_LABELS = {
    State.DRAFT: "Draft",
    State.SENT: "Sent",
    State.ACKNOWLEDGED: "Being decided",
    State.INFORMATION_REQUESTED: "Information asked",
    State.DECISION_PROPOSED: "Decision with a manager",
    State.ACCEPTED: "Accepted",
    State.NOT_ACCEPTED: "Not accepted",
    State.WITHDRAWN: "Withdrawn",
    State.DISCARDED: "Discarded",
}
ENDED = frozenset({State.ACCEPTED, State.NOT_ACCEPTED, State.WITHDRAWN, State.DISCARDED})
OPEN = frozenset(_OPEN)


def label_for(state: State, *, is_operator: bool) -> str:
    """Return `state` in words: to a partner a proposed decision is still being made."""
    shown = State.ACKNOWLEDGED if state is State.DECISION_PROPOSED and not is_operator else state
    return STATE_LABELS[shown]


def said_now(state: State, *, is_operator: bool) -> str:
    """Return the sentence for somebody whose referral has moved on: where it is now."""
    return f"This referral is now: {label_for(state, is_operator=is_operator).lower()}."


def transition(event: Event, state: State) -> Transition | None:
    """Return the row by which `event` may leave `state`, or None when it may not."""
    return next((row for row in LIFECYCLE if row.event is event and state in row.sources), None)


def diagram() -> str:
    """Return the lifecycle as a Mermaid state diagram, for docs/lifecycle.md."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {source} --> {row.target}: {row.event}" for row in LIFECYCLE for source in row.sources]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines)
