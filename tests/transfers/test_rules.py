"""When an offer may be answered, and when KSAF may let go."""

from itertools import product

import pytest

from portal.referrals.endings import Standing, why_not_yet
from portal.referrals.rules import State
from portal.transfers.rules import READABLE, TransferState, may_answer


def test_only_an_open_offer_is_answered() -> None:
    assert [state for state in TransferState if may_answer(state)] == [TransferState.OFFERED]


def test_nobody_reads_after_declining_or_after_it_was_withdrawn() -> None:
    assert not READABLE & {TransferState.DECLINED, TransferState.WITHDRAWN}


@pytest.mark.parametrize(("is_onward", "waiting", "accepted"), product((True, False), (0, 1), (0, 1)))
def test_it_closes_only_when_nothing_waits_and_pathway_3_was_accepted(
    *, is_onward: bool, waiting: int, accepted: int
) -> None:
    standing = Standing(*_where(is_onward=is_onward), open_transfers=waiting, accepted_transfers=accepted)
    assert (why_not_yet(standing) is None) is (waiting == 0 and (accepted == 1 or not is_onward))


@pytest.mark.parametrize("is_onward", [True, False])
def test_a_managers_override_closes_whatever_waits(*, is_onward: bool) -> None:
    standing = Standing(*_where(is_onward=is_onward), open_transfers=1, accepted_transfers=0, is_overridden=True)
    assert why_not_yet(standing) is None


def _where(*, is_onward: bool) -> tuple[State, str]:
    return (State.HANDING_OVER, "pathway_3") if is_onward else (State.IN_SUPPORT, "pathway_2")
