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
    CONTEXT_REQUESTED = "context_requested"
    DECISION_PROPOSED = "decision_proposed"
    ADVICE = "advice"
    ACCEPTED = "accepted"
    IN_SUPPORT = "in_support"
    HANDING_OVER = "handing_over"
    CLOSED = "closed"
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
    TAKE_BACK = "take_back"
    ASK_CONTEXT = "ask_context"
    RECORD_CONTEXT = "record_context"
    DECIDE = "decide"
    RETURN = "return"
    AUTHORISE_ADVICE = "authorise_advice"
    AUTHORISE = "authorise"
    AUTHORISE_ONWARD = "authorise_onward"
    AUTHORISE_NOT_ACCEPTED = "authorise_not_accepted"
    ALLOCATE = "allocate"
    MOVE_ON = "move_on"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Transition:
    """One row: the event, the states it may leave, the state it leads to, who may do it and what it requires."""

    event: Event
    sources: tuple[State, ...]
    target: State
    permission: Permission
    requires: str


_OPEN = (
    State.SENT,
    State.ACKNOWLEDGED,
    State.INFORMATION_REQUESTED,
    State.CONTEXT_REQUESTED,
    State.DECISION_PROPOSED,
)
_HELPED = (State.ADVICE, State.ACCEPTED, State.IN_SUPPORT)

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
        Event.TAKE_BACK,
        (State.INFORMATION_REQUESTED,),
        State.ACKNOWLEDGED,
        Permission.REFERRAL_ASK,
        "that nobody is left to answer: who sent it no longer sees it",
    ),
    Transition(
        Event.ASK_CONTEXT,
        (State.ACKNOWLEDGED,),
        State.CONTEXT_REQUESTED,
        Permission.REFERRAL_ASK_CONTEXT,
        "whom the family or school is asked about attendance",
    ),
    Transition(
        Event.RECORD_CONTEXT,
        (State.CONTEXT_REQUESTED,),
        State.ACKNOWLEDGED,
        Permission.REFERRAL_RECORD_CONTEXT,
        "what they said",
    ),
    Transition(
        Event.DECIDE,
        (State.ACKNOWLEDGED, State.INFORMATION_REQUESTED, State.CONTEXT_REQUESTED),
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
    *(
        Transition(event, (State.DECISION_PROPOSED,), target, Permission.REFERRAL_AUTHORISE, "a manager")
        for event, target in (
            (Event.AUTHORISE_ADVICE, State.ADVICE),
            (Event.AUTHORISE, State.ACCEPTED),
            (Event.AUTHORISE_ONWARD, State.HANDING_OVER),
            (Event.AUTHORISE_NOT_ACCEPTED, State.NOT_ACCEPTED),
        )
    ),
    Transition(
        Event.ALLOCATE,
        (State.ACCEPTED,),
        State.IN_SUPPORT,
        Permission.CASE_ALLOCATE,
        "a case manager, a practitioner and a first Monday",
    ),
    Transition(
        Event.MOVE_ON,
        _HELPED,
        State.HANDING_OVER,
        Permission.REFERRAL_MOVE_ON,
        "a reason",
    ),
    Transition(
        Event.CLOSE,
        (*_HELPED, State.HANDING_OVER),
        State.CLOSED,
        Permission.REFERRAL_CLOSE,
        "an outcome and a rationale; on Pathway 3 an acceptance, or a manager's override with a reason",
    ),
    Transition(
        Event.REOPEN,
        (State.CLOSED, State.NOT_ACCEPTED, State.WITHDRAWN),
        State.ACKNOWLEDGED,
        Permission.REFERRAL_REOPEN,
        "a manager and a reason",
    ),
    Transition(Event.WITHDRAW, _OPEN, State.WITHDRAWN, Permission.REFERRAL_WITHDRAW, "a reason"),
)

STATE_LABELS = {
    State.DRAFT: "Draft",
    State.SENT: "Sent",
    State.ACKNOWLEDGED: "Being decided",
    State.INFORMATION_REQUESTED: "Information asked",
    State.CONTEXT_REQUESTED: "Attendance context asked",
    State.DECISION_PROPOSED: "Decision with a manager",
    State.ADVICE: "Advice line",
    State.ACCEPTED: "Accepted",
    State.IN_SUPPORT: "In support",
    State.HANDING_OVER: "Moving to another service",
    State.CLOSED: "Closed",
    State.NOT_ACCEPTED: "Not accepted",
    State.WITHDRAWN: "Withdrawn",
    State.DISCARDED: "Discarded",
}
ENDED = frozenset({State.CLOSED, State.NOT_ACCEPTED, State.WITHDRAWN, State.DISCARDED})
LIVE = frozenset(State) - ENDED
"""Few of all there have ever been: asked for by name, an index finds them, which "none that ended" it does not."""
OPEN = frozenset(_OPEN)
"""Not decided yet."""
HELPED = frozenset({*_HELPED, State.HANDING_OVER})
"""Decided, and with KSAF until it is closed."""


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
