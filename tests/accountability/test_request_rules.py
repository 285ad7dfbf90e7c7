"""What can be asked about data, what may come of it, and which clock of the law runs."""

import pytest

from portal.accountability.requests import rules
from portal.accountability.requests.rules import Kind, Outcome, Question, RequestState
from portal.timescales import policy
from portal.timescales.recipients import DATA_REQUESTS


def test_every_word_has_its_words():
    for kind, words in (
        (Kind, rules.KINDS),
        (rules.Way, rules.WAYS),
        (Outcome, rules.OUTCOMES),
        (rules.Event, rules.HAPPENED),
        (RequestState, rules.STATES),
        (Question, rules.QUESTIONS),
    ):
        assert set(words) == set(kind)


def test_every_clock_is_one_of_the_policy_and_is_told_to_somebody():
    used = {
        clock for kind in Kind for is_extended in (False, True) for clock in rules.clocks(kind, is_extended=is_extended)
    }
    assert used | {rules.REPLY} == set(DATA_REQUESTS)
    assert set(DATA_REQUESTS) <= set(policy.load().timescales)


@pytest.mark.parametrize("kind", list(Kind))
def test_whoever_asked_can_take_it_back_and_each_kind_has_a_no(kind):
    possible = rules.possible(kind)
    assert Outcome.TAKEN_BACK in possible
    assert possible.keys() & {Outcome.REFUSED, Outcome.NOT_CHANGED, Outcome.NOT_UPHELD}


def test_only_a_copy_waits_for_clarification_and_a_complaint_waits_for_nothing():
    assert {kind: set(rules.questions(kind)) for kind in Kind} == {
        Kind.ACCESS: {Question.IDENTITY, Question.CLARIFICATION},
        Kind.CORRECTION: {Question.IDENTITY},
        Kind.ERASURE: {Question.IDENTITY},
        Kind.OBJECTION: {Question.IDENTITY},
        Kind.COMPLAINT: set(),
    }


@pytest.mark.parametrize(
    ("kind", "state", "is_extended", "is_late", "why"),
    [
        (Kind.ACCESS, RequestState.OPEN, False, False, None),
        (Kind.ACCESS, RequestState.WAITING, False, False, None),
        (Kind.ACCESS, RequestState.OPEN, True, False, "extended already"),
        (Kind.ACCESS, RequestState.OPEN, False, True, "first month is over"),
        (Kind.ACCESS, RequestState.ANSWERED, False, False, "answered"),
        (Kind.COMPLAINT, RequestState.OPEN, False, False, "without delay"),
    ],
)
def test_the_time_is_extended_once_within_the_month_and_never_for_a_complaint(kind, state, is_extended, is_late, why):
    found = rules.why_not_extend(kind, state, is_extended=is_extended, is_late=is_late)
    assert found is None if why is None else why in found


@pytest.mark.parametrize("outcome", list(Outcome))
def test_nothing_is_given_to_somebody_unknown(outcome):
    gives = outcome in {Outcome.GRANTED, Outcome.IN_PART, Outcome.CORRECTED, Outcome.NOTED, Outcome.ERASED}
    assert bool(rules.why_not_answer(outcome, is_known=False)) is gives
    assert rules.why_not_answer(outcome, is_known=True) is None
