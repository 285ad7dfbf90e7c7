import pytest

from portal.referrals.form.before_you_start import QUESTIONS, outcome, unanswered

READY = {
    "immediate_risk": "no",
    "consent_understood": "yes",
    "enough_context": "yes",
    "likely_to_engage": "yes",
}


@pytest.mark.parametrize(
    ("answer", "key", "may_continue"),
    [
        ({}, "proceed", True),
        ({"immediate_risk": "yes"}, "stop_immediate_risk", False),
        ({"consent_understood": "not_asked"}, "signpost_or_protection", True),
        ({"consent_understood": "refused"}, "signpost_or_protection", True),
        ({"consent_understood": "unsafe_to_ask"}, "signpost_or_protection", True),
        ({"enough_context": "no"}, "discuss_first", True),
        ({"likely_to_engage": "not_sure"}, "discuss_first", True),
        ({"consent_understood": "refused", "enough_context": "no"}, "signpost_or_protection", True),
    ],
)
def test_each_set_of_answers_leads_to_what_to_do(answer, key, may_continue):
    found = outcome(READY | answer)
    assert (found.key, found.may_continue) == (key, may_continue)
    assert found.title
    assert found.steps


def test_danger_ends_the_asking_whatever_else_was_said():
    assert outcome({"immediate_risk": "yes"}).key == "stop_immediate_risk"
    assert outcome(READY | {"immediate_risk": "yes"}).key == "stop_immediate_risk"
    assert unanswered({"immediate_risk": "yes"}) == []


def test_four_questions_are_owed_and_each_says_how_to_answer():
    assert [each.key for each in unanswered({})] == list(READY)
    assert all(each.missing for each in QUESTIONS)


def test_no_outcome_while_a_question_is_open():
    with pytest.raises(ValueError, match="likely_to_engage"):
        outcome(READY | {"likely_to_engage": " "})
