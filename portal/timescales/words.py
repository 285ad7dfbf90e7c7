"""How a prompt is put in words."""

from dataclasses import dataclass

_CLOSES_BY_ITSELF = (
    "When it is done in the portal, this closes by itself. If you have dealt with it in another way, close it here."
)


@dataclass(frozen=True)
class Words:
    """A prompt in words; `urgent` ones have been missed or cannot wait, `closing` says what ends it.

    `page` is where under the referral it is done, for whom that is the only page of it there is. `read_under` is the
    part of the referral to be read, where that is all there is to do: a list leads there at once. Without `opens` the
    reader can open it no more.
    """

    title: str
    text: str
    to_do: str
    urgent: bool = False
    closing: str = _CLOSES_BY_ITSELF
    page: str = ""
    read_under: str = ""
    opens: bool = True
