"""What a call back may come to, and the words for it."""

from enum import StrEnum

PHONE_DIGITS = range(10, 16)  # a UK number without its 0, up to the longest that E.164 allows


class TryResult(StrEnum):
    """What came of dialling once."""

    NO_ANSWER = "no_answer"
    MESSAGE_LEFT = "message_left"
    SPOKE = "spoke"


class CallBackEnding(StrEnum):
    """What a call back came to."""

    SPOKE = "spoke"
    NOT_REACHED = "not_reached"
    NOT_WANTED = "not_wanted"


TRIED = {
    TryResult.NO_ANSWER: "No answer",
    TryResult.MESSAGE_LEFT: "Message left",
    TryResult.SPOKE: "Spoke with them",
}
WITHOUT_A_CALL = {
    CallBackEnding.NOT_REACHED: "They could not be reached",
    CallBackEnding.NOT_WANTED: "The call is no longer wanted",
}
TIMES = {
    "any": "Any time while the line is open",
    "morning": "In the morning, before midday",
    "midday": "Around midday, 12 to 2pm",
    "afternoon": "In the afternoon, 2pm to 5pm",
}


def possible(*, may_leave_message: bool) -> tuple[TryResult, ...]:
    """Return what may come of a try: a message is left only where somebody said that it is safe."""
    return tuple(each for each in TryResult if may_leave_message or each is not TryResult.MESSAGE_LEFT)


def why_not_end(ending: CallBackEnding, tries: int) -> str | None:
    """Return why a call back cannot end so without a call, after so many `tries`; None when it can."""
    if ending not in WITHOUT_A_CALL:
        return "Select why there is no call"
    if ending is CallBackEnding.NOT_REACHED and not tries:
        return "Try to call them first. What comes of it is recorded above"
    return None


def is_phone(text: str) -> bool:
    """Say whether `text` can be a phone number: digits enough, and nothing but digits and what stands between them."""
    return all(each.isdigit() or each in "+ ().-" for each in text) and sum(map(str.isdigit, text)) in PHONE_DIGITS
