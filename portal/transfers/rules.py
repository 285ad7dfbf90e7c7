"""What may happen to an onward referral, and when KSAF may let go of the family: pure, read by service and tests."""

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


def may_close(*, is_onward: bool, open_transfers: int, accepted_transfers: int, is_overridden: bool) -> bool:
    """Say whether a referral may close, as its constraint `closes_accepted` does; `is_onward` on Pathway 3.

    DOMAIN, Pathway 3: KSAF stays alongside until the receiving organisation confirms acceptance.
    """
    return is_overridden or (open_transfers == 0 and (not is_onward or accepted_transfers > 0))
