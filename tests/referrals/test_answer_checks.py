from datetime import date

import pytest

from portal.referrals.form.answer_checks import (
    absence_level,
    age_warning,
    percentage,
    validate_answer,
)
from portal.referrals.form.sections import question
from tests.factories.answers import BY_KIND, PROTECTION

TODAY = date(2026, 11, 22)


def judge(key, value):
    return validate_answer(question(key), value, TODAY)


@pytest.mark.parametrize("answers", [*BY_KIND.values(), PROTECTION], ids=[*BY_KIND, "protection"])
def test_the_sample_answers_can_all_be_kept(answers):
    assert {key: judge(key, value) for key, value in answers.items() if judge(key, value)} == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("attendance_percent", "0"),
        ("attendance_percent", "100"),
        ("attendance_percent", "71.5%"),
        ("consent_date", "2026-11-22"),
        ("date_of_birth", ""),
        ("contact_phone", "+44 (0)1632 960 001 ext. 12"),
        ("contact_phone", "07700900982"),
        ("contact_email", "h.o'shea+dsl@school.example"),
        ("household_factors", ["none_known"]),
        ("presenting_worries", "\u202eترتيب 😀 {{7*7}} =1+1 <b>"),
        ("presenting_worries", "x" * 10_000),
    ],
)
def test_answers_that_can_be_kept(key, value):
    assert judge(key, value) is None


@pytest.mark.parametrize(
    ("key", "value", "advice"),
    [
        ("attendance_percent", "100.1", "from 0 to 100"),
        ("attendance_percent", "-1", "from 0 to 100"),
        ("attendance_percent", "poor", "from 0 to 100"),
        ("attendance_percent", "\u0665\u0660", "from 0 to 100"),
        ("consent_date", "2026-11-23", "today or in the past"),
        ("consent_date", "2026-02-30", "real date"),
        ("contact_phone", "ask reception", "phone number"),
        ("contact_phone", "12345", "phone number"),
        ("contact_email", "h.marsh@school", "name@school.example"),
        ("contact_email", "two words@school.example", "name@school.example"),
        ("child_area", "mars", "answers shown"),
        ("child_area", ["kent", "medway"], "one answer"),
        ("household_factors", ["none_known", "domestic_abuse"], "None that I know of"),
        ("child_first_name", "x" * 301, "300 characters"),
        ("presenting_worries", "x" * 10_001, "10,000 characters"),
        ("presenting_worries", "nul \0", "cannot be shown"),
        ("presenting_worries", "lone \ud800", "cannot be shown"),
    ],
)
def test_answers_that_need_another_look_say_what_to_do(key, value, advice):
    assert advice in judge(key, value)


@pytest.mark.parametrize(
    ("percent", "level"),
    [(100, None), (90.1, None), (90, "persistent"), (50.1, "persistent"), (50, "severe"), (0, "severe")],
)
def test_absence_has_a_name_from_a_tenth_and_from_half(percent, level):
    assert absence_level(percent) == level


def test_a_percentage_is_read_with_or_without_its_sign():
    assert percentage(" 71.5 % ") == 71.5
    assert percentage("about 70") is None


@pytest.mark.parametrize(
    ("born", "sen", "warned"),
    [
        ("2007-11-23", "", False),  # 18 until tomorrow
        ("2007-11-22", "", True),  # 19 today
        ("2001-11-22", "ehcp", False),  # 25 today
        ("2000-11-22", "ehcp", True),  # 26 today
        ("", "", False),
    ],
)
def test_an_unlikely_age_is_doubted(born, sen, warned):
    warning = age_warning({"date_of_birth": born, "send_status": sen}, TODAY)
    assert (warning is not None) == warned
