"""What a call back may come to, and the words for it."""

from enum import StrEnum

PHONE_DIGITS = range(10, 16)  # a UK number without its 0, up to the longest that E.164 allows


class CallBackEnding(StrEnum):
    """What a call back came to."""

    SPOKE = "spoke"
    NOT_REACHED = "not_reached"
    NOT_WANTED = "not_wanted"


TIMES = {
    "any": "Any time while the line is open",
    "morning": "In the morning, before midday",
    "midday": "Around midday, 12 to 2pm",
    "afternoon": "In the afternoon, 2pm to 5pm",
}


def is_phone(text: str) -> bool:
    """Say whether `text` can be a phone number: digits enough, and nothing but digits and what stands between them."""
    return all(each.isdigit() or each in "+ ().-" for each in text) and sum(map(str.isdigit, text)) in PHONE_DIGITS
