"""What a signpost may be about, and how it stands, in words."""

from enum import StrEnum


class SignpostKind(StrEnum):
    """Whether KSAF is asked to call the family, or only told that there was one."""

    CALL = "call"
    RECORD = "record"


class SignpostState(StrEnum):
    """How a signpost stands, as far as whoever made it may know."""

    RECORDED = "recorded"
    WAITING = "waiting"
    CONTACTED = "contacted"
    NOT_REACHED = "not_reached"
    CLOSED = "closed"


KINDS = {SignpostKind.CALL: "KSAF calls the family", SignpostKind.RECORD: "Record without personal data"}
STATES = {
    SignpostState.RECORDED: "Recorded",
    SignpostState.WAITING: "KSAF will call",
    SignpostState.CONTACTED: "Contact was made",
    SignpostState.NOT_REACHED: "Could not be reached",
    SignpostState.CLOSED: "Closed",
}
NEEDS = {
    "attendance": "Getting to school",
    "feelings": "How a child feels",
    "behaviour": "Behaviour, boundaries or routines",
    "additional_needs": "Special educational needs or disability",
    "home": "Pressure at home, such as money or housing",
    "parent": "A parent who needs support",
    "unsure": "Something else, or not sure",
}
GIVEN = {
    "line": "The number of the Support and Advice Line",
    "service": "The details of another service",
    "school": "Advice to talk to the school",
    "health": "Advice to talk to a GP or health visitor",
    "listened": "Time to talk it through",
}
