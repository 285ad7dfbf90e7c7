"""What can stop a clock of KSAF's: that it waits for somebody else's answer. Which clocks stop then is the policy's."""

from enum import StrEnum
from typing import Final


class Pause(StrEnum):
    """What KSAF waits for; policy.toml names these in `pauses_while`."""

    INFORMATION = "information_requested"
    CONTEXT = "context_requested"
    DATA_REQUEST = "data_request_waiting"


WHILE: Final = {
    Pause.INFORMATION: "the referrer is asked for information",
    Pause.CONTEXT: "the family or school is asked about attendance",
    Pause.DATA_REQUEST: "KSAF waits for what it asked of whoever made the request",
}
"""Each as the end of "Stops while …"."""
BESIDE: Final = {
    Pause.INFORMATION: "KSAF has asked for information",
    Pause.CONTEXT: "KSAF has asked about attendance",
    Pause.DATA_REQUEST: "KSAF has asked whoever made the request",
}
"""What stands beside a clock that is stopped, where both sides read it: fixed words, that name nobody."""

# What runs until there is an answer: what the answer is for. Everything else is owed whether it comes or not.
_DECIDING = (Pause.INFORMATION, Pause.CONTEXT)
_MAY_STOP: Final = {
    "decide": _DECIDING,
    "outcome": _DECIDING,
    "data_request": (Pause.DATA_REQUEST,),
    "data_request_extended": (Pause.DATA_REQUEST,),
}
_NEVER: Final = {
    "acknowledge": "An acknowledgement never waits: KSAF can say that it has a referral whatever else it has asked."
}


def possible(kind: str) -> tuple[Pause, ...]:
    """Return what may stop the clock of `kind`: nothing for most."""
    return _MAY_STOP.get(kind, ())


def why_never(kind: str) -> str:
    """Return why nothing may stop the clock of `kind`, in a sentence."""
    return _NEVER.get(kind, "Nothing stops this: it is owed whatever else KSAF waits for.")
