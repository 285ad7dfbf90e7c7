"""What a referral may close with, and that none closes between services: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.referrals import endings
from portal.referrals.endings import Ending, Standing
from portal.referrals.rules import LIFECYCLE, Event, State, transition

CLOSABLE = transition(Event.CLOSE, State.IN_SUPPORT).sources
standings = some.builds(
    Standing,
    state=some.sampled_from(State),
    pathway=some.sampled_from([None, "pathway_1", "pathway_2", "pathway_3"]),
    open_transfers=some.integers(0, 3),
    accepted_transfers=some.integers(0, 3),
    is_overridden=some.booleans(),
    is_summary_authorised=some.booleans(),
)


def test_every_state_that_can_close_offers_endings_and_no_other_does():
    assert set(endings.OFFERED) == set(CLOSABLE)
    assert set(endings.LABELS) == set(Ending)
    assert all(endings.hint(each) for each in Ending)


@given(some.sampled_from(Ending), standings)
def test_nothing_closes_between_services_without_acceptance_or_a_managers_override(ending, standing):
    if endings.why_not(ending, standing) is None and not standing.is_overridden:
        assert standing.open_transfers == 0
        if State.HANDING_OVER is standing.state or standing.pathway == "pathway_3":
            assert standing.accepted_transfers > 0


@given(some.lists(some.sampled_from(Event), max_size=25), some.data())
def test_in_whatever_order_things_happen_a_family_is_not_closed_before_a_service_accepts(events, data):
    state, standing = State.SENT, Standing(State.SENT)
    for event in events:
        row = transition(event, state)
        accepted, overridden = data.draw(some.integers(0, 1)), data.draw(some.booleans())
        standing = Standing(state, open_transfers=0, accepted_transfers=accepted, is_overridden=overridden)
        if row is None:
            continue
        if event is Event.CLOSE:
            ending = data.draw(some.sampled_from(Ending))
            if endings.why_not(ending, standing) is not None:
                continue
            assert state is not State.HANDING_OVER or accepted or overridden
        state = row.target


def test_only_closing_leads_out_of_handing_over():
    assert {row.event for row in LIFECYCLE if State.HANDING_OVER in row.sources} == {Event.CLOSE}


@pytest.mark.parametrize(
    ("ending", "is_authorised", "told"),
    [
        (Ending.GOALS_MET, True, None),
        (Ending.GOALS_MET, False, "A manager authorises the completion summary first"),
        (Ending.ENDED_BY_FAMILY, False, None),
        (Ending.MOVED_SCHOOL, False, None),
        (Ending.ADVICE_GIVEN, True, "Select how it ended"),
    ],
)
def test_support_ends_with_a_summary_unless_the_family_ended_it(ending, is_authorised, told):
    standing = Standing(State.IN_SUPPORT, "pathway_2", is_summary_authorised=is_authorised)
    assert endings.why_not(ending, standing) == told


@pytest.mark.parametrize(
    ("ending", "told"),
    [(Ending.ADVICE_GIVEN, "An adviser calls the family and writes the call down first"), (Ending.STEPPED_DOWN, None)],
)
def test_advice_is_given_before_it_is_said_to_be(ending, told):
    assert endings.why_not(ending, Standing(State.ADVICE, "pathway_1", is_advice_owed=True)) == told
    assert endings.why_not(ending, Standing(State.ADVICE, "pathway_1")) is None


@pytest.mark.parametrize("kept", [None, "", "no_such"])
def test_an_ending_that_is_not_kept_has_no_words(kept):
    assert endings.label(kept) == ""
