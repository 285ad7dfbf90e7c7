from collections import Counter
from typing import get_args

import pytest

from portal.consent.wording import current
from portal.referrals.form import before_you_start
from portal.referrals.form.sections import (
    SECTION_ORDER,
    SECTIONS,
    Kind,
    is_answered,
    is_asked,
    question,
    section,
    section_of,
    words,
)
from tests.factories.answers import SCHOOL

ALL = [asked for each in SECTIONS for asked in each.questions]
EVERY_QUESTION = [*ALL, *before_you_start.QUESTIONS]
REQUIRED = [asked for asked in ALL if asked.required_for or asked.minimum]
FREE_TEXT = [asked for asked in ALL if asked.kind == "long_text"]


def test_eight_sections_stand_in_the_order_of_the_form():
    assert [each.key for each in SECTIONS] == list(SECTION_ORDER)
    assert [each.number for each in SECTIONS] == list(range(1, 9))
    assert all(each.title and each.purpose for each in SECTIONS)


def test_keys_are_unique_over_all_sections():
    repeated = [key for key, count in Counter(asked.key for asked in ALL).items() if count > 1]
    assert repeated == []
    assert all(asked.key.isidentifier() and asked.key.islower() for asked in EVERY_QUESTION)


@pytest.mark.parametrize("asked", EVERY_QUESTION, ids=lambda asked: asked.key)
def test_a_question_can_be_asked(asked):
    assert asked.label
    assert asked.kind in get_args(Kind)
    assert bool(asked.choices) == (asked.kind in {"choice", "choices"})
    values = [choice.value for choice in asked.choices]
    assert len(values) == len(set(values))
    assert asked.width in {None, 2, 3, 4, 5, 10, 20, 30}


@pytest.mark.parametrize("asked", FREE_TEXT, ids=lambda asked: asked.key)
def test_free_text_teaches_a_good_answer(asked):
    assert asked.guidance.endswith(".")
    assert len(asked.guidance.split()) <= 40
    assert asked.example


@pytest.mark.parametrize("asked", REQUIRED, ids=lambda asked: asked.key)
def test_whoever_leaves_out_a_required_answer_is_told_what_to_do(asked):
    assert asked.missing.split()[0] in {"Enter", "Select", "Describe", "Say", "Name", "Explain"}
    assert not asked.missing.endswith(".")


@pytest.mark.parametrize("asked", [each for each in ALL if each.condition], ids=lambda asked: asked.key)
def test_a_condition_names_real_choices_of_an_earlier_question(asked):
    parent = question(asked.condition.question)
    assert ALL.index(parent) < ALL.index(asked)
    assert asked.condition.values <= {choice.value for choice in parent.choices}


def test_a_hidden_parent_hides_what_depends_on_it():
    reason = question("family_not_told_reason")
    sharing = {
        "consent_status": "refused",
        "without_consent_route": "protection",
        "family_told": "no",
    }
    assert is_asked(reason, sharing)
    assert not is_asked(reason, sharing | {"family_told": "yes"})
    assert not is_asked(reason, sharing | {"consent_status": "given"})


def test_one_of_several_choices_is_enough_to_ask():
    detail = question("household_factors_detail")
    assert is_asked(detail, {"household_factors": ["domestic_abuse", "substance_misuse"]})
    assert not is_asked(detail, {"household_factors": ["none_known"]})
    assert not is_asked(detail, {})


def test_a_school_with_consent_is_asked_few_enough_questions_for_ten_minutes():
    asked = [each for each in ALL if is_asked(each, SCHOOL)]
    assert len(asked) <= 78


def test_consent_is_asked_for_the_purposes_of_the_wording_shown():
    offered = [choice.value for choice in question("consent_purposes").choices]
    assert offered == [purpose.key for purpose in current().purposes]


def test_every_safeguarding_answer_is_marked_sensitive():
    assert all(asked.sensitive for asked in section("safeguarding-and-context").questions)


def test_lookups_find_by_key_and_refuse_unknown_ones():
    assert section_of("child_voice").key == "consent-and-contact"
    for lookup in (section, question, section_of):
        with pytest.raises(KeyError):
            lookup("nothing")


def test_white_space_is_no_answer():
    answers = {"a": "  \n", "b": [], "c": [" "], "d": " yes "}
    assert [key for key in "abcde" if is_answered(answers, key)] == ["d"]
    assert words(answers, "d") == "yes"
