"""What can be asked, what can come of it, and which clock of the law runs meanwhile: pure.

UK GDPR: Article 15 (a copy), 16 (correction), 17 (erasure), 21 (objection), 12(3) and 12A (one month). Data Protection
Act 2018, section 164A (complaints), in force since 19 June 2026.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What somebody asks."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"
    OBJECTION = "objection"
    COMPLAINT = "complaint"


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    WAITING = "waiting"
    ANSWERED = "answered"


class Question(StrEnum):
    """What KSAF may have to ask whoever sent the request before it can answer."""

    IDENTITY = "identity"
    CLARIFICATION = "clarification"


class Way(StrEnum):
    """How a request came."""

    LINK = "link"
    PARTNER = "partner"
    COLLEAGUE = "colleague"
    PHONE = "phone"
    EMAIL = "email"
    POST = "post"
    IN_PERSON = "in_person"


class Outcome(StrEnum):
    """What came of it."""

    GRANTED = "granted"
    IN_PART = "in_part"
    REFUSED = "refused"
    NOTHING_HELD = "nothing_held"
    CORRECTED = "corrected"
    NOTED = "noted"
    NOT_CHANGED = "not_changed"
    ERASED = "erased"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    TAKEN_BACK = "taken_back"


class Event(StrEnum):
    """One thing that happened to a request; each is kept."""

    RECORDED = "recorded"
    ASKED = "asked"
    REPLIED = "replied"
    ACKNOWLEDGED = "acknowledged"
    EXTENDED = "extended"
    PREPARED = "prepared"
    READ = "read"
    CORRECTED = "corrected"
    TOLD = "told"
    PROPOSED = "proposed"
    RETURNED = "returned"
    ANSWERED = "answered"


KINDS = {
    Kind.ACCESS: "A copy of what KSAF holds",
    Kind.CORRECTION: "Something is wrong: correct it",
    Kind.ERASURE: "Remove what KSAF holds",
    Kind.OBJECTION: "Stop using it, or use it less",
    Kind.COMPLAINT: "A complaint about how it was used",
}
WAYS = {
    Way.LINK: "On the family’s own page",
    Way.PARTNER: "Passed on by a partner",
    Way.COLLEAGUE: "Said to somebody at KSAF, who passed it on",
    Way.PHONE: "By phone",
    Way.EMAIL: "By email",
    Way.POST: "By post",
    Way.IN_PERSON: "In person",
}
WAYS_TO_RECORD = {way: words for way, words in WAYS.items() if way not in {Way.LINK, Way.PARTNER, Way.COLLEAGUE}}
FAMILY_KINDS = {
    Kind.ACCESS: "I want to see what you hold",
    Kind.CORRECTION: "Something is wrong",
    Kind.ERASURE: "I want something removed",
    Kind.OBJECTION: "I want you to stop using it, or use it less",
    Kind.COMPLAINT: "I want to complain about how you used it",
}
"""What a family chooses from on its own page, in its words."""
CAPACITIES = {
    "young_person": "The young person it is about",
    "parent": "A parent or carer, for their child",
    "self": "An adult, about themselves",
    "representative": "Somebody else, with authority to ask for them",
    "professional": "A professional, about themselves",
}
FAMILY_CAPACITIES = {key: words for key, words in CAPACITIES.items() if key in {"young_person", "parent"}}
REPRESENTATIVE = "representative"
QUESTIONS = {
    Question.IDENTITY: "Proof of who they are, or of their authority to ask",
    Question.CLARIFICATION: "Which information they mean",
}
STATES = {
    RequestState.OPEN: ("To answer", "soon"),
    RequestState.WAITING: ("Waiting for whoever asks", "waiting"),
    RequestState.ANSWERED: ("Answered", "on_track"),
}
OUTCOMES = {
    Outcome.GRANTED: "Done as asked",
    Outcome.IN_PART: "Done in part",
    Outcome.REFUSED: "Refused",
    Outcome.NOTHING_HELD: "KSAF holds nothing about them",
    Outcome.CORRECTED: "Corrected: a statement stands beside the record",
    Outcome.NOTED: "Not changed; their view stands beside the record",
    Outcome.NOT_CHANGED: "Not changed",
    Outcome.ERASED: "Done: it has been removed",
    Outcome.UPHELD: "Upheld",
    Outcome.PARTLY_UPHELD: "Upheld in part",
    Outcome.NOT_UPHELD: "Not upheld",
    Outcome.TAKEN_BACK: "Taken back by whoever asked",
}
HAPPENED = {
    Event.RECORDED: "Received",
    Event.ASKED: "KSAF asked",
    Event.REPLIED: "They answered",
    Event.ACKNOWLEDGED: "Acknowledged",
    Event.EXTENDED: "Extended by two months",
    Event.PREPARED: "Copy prepared",
    Event.READ: "Copy read",
    Event.CORRECTED: "Statement added",
    Event.TOLD: "Told of the correction",
    Event.PROPOSED: "Removal proposed",
    Event.RETURNED: "Removal returned",
    Event.ANSWERED: "Answered",
}
_POSSIBLE = {
    Kind.ACCESS: (Outcome.GRANTED, Outcome.IN_PART, Outcome.NOTHING_HELD, Outcome.REFUSED),
    Kind.CORRECTION: (Outcome.CORRECTED, Outcome.NOTED, Outcome.NOT_CHANGED),
    Kind.ERASURE: (Outcome.ERASED, Outcome.IN_PART, Outcome.REFUSED),
    Kind.OBJECTION: (Outcome.GRANTED, Outcome.IN_PART, Outcome.REFUSED),
    Kind.COMPLAINT: (Outcome.UPHELD, Outcome.PARTLY_UPHELD, Outcome.NOT_UPHELD),
}
_DISCLOSES = frozenset({Outcome.GRANTED, Outcome.IN_PART, Outcome.CORRECTED, Outcome.NOTED, Outcome.ERASED})

MONTH, EXTENDED, REPLY = "data_request", "data_request_extended", "data_request_reply"
ACKNOWLEDGEMENT, COMPLAINT_OUTCOME = "data_complaint", "data_complaint_outcome"
"""Kinds of timescales/policy.toml."""


def clocks(kind: Kind, *, is_extended: bool) -> tuple[str, ...]:
    """Return the kinds of policy.toml whose time runs for a request, the answer's own last."""
    if kind is Kind.COMPLAINT:
        return (ACKNOWLEDGEMENT, COMPLAINT_OUTCOME)
    return (EXTENDED,) if is_extended else (MONTH,)


def possible(kind: Kind) -> dict[Outcome, str]:
    """Return what can come of a request, in words; whoever asked may always take it back."""
    return {each: OUTCOMES[each] for each in (*_POSSIBLE[kind], Outcome.TAKEN_BACK)}


def questions(kind: Kind) -> dict[Question, str]:
    """Return what KSAF may ask about a request: the answer to each stops the law's clock, and to nothing else.

    UK GDPR Art. 12A(2)(b) with 12(6): who they are, for every right. Art. 12A(5): which information, for a copy alone.
    A complaint's clock stops for nothing.
    """
    if kind is Kind.COMPLAINT:
        return {}
    return {each: QUESTIONS[each] for each in Question if each is Question.IDENTITY or kind is Kind.ACCESS}


def why_not_extend(kind: Kind, state: RequestState, *, is_extended: bool, is_late: bool) -> str | None:
    """Return why a request's time cannot be extended, to whoever tries; None where it can (Art. 12A(3) and (4))."""
    if kind is Kind.COMPLAINT:
        return "A complaint has no time that could be extended: answer it without delay."
    if state is RequestState.ANSWERED:
        return "This has been answered."
    if is_extended:
        return "It was extended already. The law allows that once."
    if is_late:
        return "The first month is over, so it can no longer be extended. Answer it as soon as you can."
    return None


def why_not_answer(
    outcome: Outcome,
    *,
    is_known: bool,
    lacks_copy: bool = False,
    lacks_statement: bool = False,
    lacks_approval: bool = False,
) -> str | None:
    """Return why a request cannot be answered so, to whoever tries; None where it can.

    It `lacks_copy` while it asks for one of a record that the portal has, and none that somebody has read is there; it
    `lacks_statement` while none stands beside the records it is about, and `lacks_approval` where it asks for records
    to be removed, which no answer does: a second manager has to agree to what goes.
    """
    if outcome in _DISCLOSES and not is_known:
        return "First record how you know that they are who they say: what is sent could reach a stranger"
    if outcome in {Outcome.GRANTED, Outcome.IN_PART} and lacks_copy:
        return "First prepare the copy, and read it to the end. A manager does that, on this request’s page"
    if outcome in {Outcome.CORRECTED, Outcome.NOTED} and lacks_statement:
        return "First add the statement that stands beside the record. A manager does that, on this request’s page"
    if outcome in {Outcome.ERASED, Outcome.IN_PART} and lacks_approval:
        return "First propose what is to be removed, on this request’s page. It is answered once another manager agrees"
    return None
