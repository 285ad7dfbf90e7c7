"""What may happen to an onward referral, and when KSAF may let go of the family: pure, read by service and tests."""

from collections.abc import Collection
from enum import StrEnum


class TransferState(StrEnum):
    """Where an offer to another service stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


READABLE = frozenset({TransferState.OFFERED, TransferState.ACCEPTED})
"""States in which the receiver reads what was handed over: a service that said no, or was let go, reads nothing."""


def may_answer(state: TransferState) -> bool:
    """Say whether the offer still waits for an answer: each is accepted, declined or withdrawn once."""
    return state is TransferState.OFFERED


SHARING_PURPOSE = "named_others"
"""What the family has to agree to before another service is told about them (portal/consent/wording.toml)."""
NOT_WITH_THEM = "The family does not agree that KSAF shares with this service. Choose another, or talk to the family."
KEPT = (
    "The child has moved to this school, and whoever sent the referral may not learn where to: it would read of an"
    " offer. Share the referral with the school under “Who can see this” instead, or speak to it if it is not there."
)
NO_CONSENT = (
    "The family does not agree at present that KSAF may share with others, so nothing can be offered. Ask them, and"
    " have the referrer record what they say. If the child may not be safe, use the statutory front door instead."
)
STATE_LABELS = {
    TransferState.OFFERED: "Waiting for an answer",
    TransferState.ACCEPTED: "Accepted",
    TransferState.DECLINED: "Declined",
    TransferState.WITHDRAWN: "Withdrawn by KSAF",
}


def is_to_be_offered(states: Collection[TransferState]) -> bool:
    """Say whether KSAF owes the family another offer: none of those made waits for an answer or was accepted."""
    return not READABLE.intersection(states)


MOST_WRONG_CODES = 20
"""Wrong codes over a link's whole life, after which it is over: of a million codes that leaves a guess 1 in 50,000."""


class LinkState(StrEnum):
    """What a link to an offer opens."""

    OPEN = "open"
    ANSWERED = "answered"
    OVER = "over"


def link_state(*, is_running: bool, is_answered: bool, is_awaited: bool, wrong_codes: int) -> LinkState:
    """Say what a link opens: the offer, the word that it was answered through it, or nothing at all.

    `is_running` until it runs out or ends, `is_awaited` while KSAF waits for an answer to the offer.
    """
    if is_running and is_answered:
        return LinkState.ANSWERED
    opens = is_running and is_awaited and wrong_codes < MOST_WRONG_CODES
    return LinkState.OPEN if opens else LinkState.OVER
