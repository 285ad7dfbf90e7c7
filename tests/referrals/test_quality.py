from datetime import date

import pytest

from portal.referrals.form.quality import advice, strength
from portal.referrals.form.sections import question, section_of
from tests.factories.answers import BY_KIND, COMMUNITY, SCHOOL

TODAY = date(2026, 11, 23)


def texts_about(key, answers, kind="education"):
    return " ".join(each.text for each in advice(kind, answers, TODAY) if each.question_key == key)


@pytest.mark.parametrize("kind", ["education", "health", "local_authority"])
def test_a_careful_referral_gets_no_advice(kind):
    assert advice(kind, BY_KIND[kind], TODAY) == []
    met, total = strength(kind, BY_KIND[kind])
    assert met == total


@pytest.mark.parametrize(
    "vague", ["Attendance is poor", "Attendance has been poor for some time and may get worse still"]
)
def test_vague_attendance_is_noticed(vague):
    assert "Attendance is poor" in texts_about("attendance_pattern", SCHOOL | {"attendance_pattern": vague})


@pytest.mark.parametrize("when", ["every Monday since half term", "on 4 days", "nearly all of October", "since May"])
def test_a_day_a_month_or_a_number_is_a_pattern(when):
    answers = SCHOOL | {"attendance_pattern": f"Absent from the second lesson onwards {when}"}
    assert texts_about("attendance_pattern", answers) == ""


@pytest.mark.parametrize(
    ("key", "blank", "words"),
    [
        ("safeguarding_known", ["safeguarding_known"], "leaves us guessing"),
        (
            "support_tried",
            ["support_tried", "meetings_and_plans", "pastoral_and_family_support"],
            "Name what has been tried",
        ),
        ("child_voice", ["child_voice", "young_person_view"], "what the child says"),
        ("parents_views", ["parents_views"], "what the parents or carers say"),
        ("what_works", ["what_works", "trusted_adults", "interests", "family_and_setting_strengths"], "strengths"),
        ("professionals_involved", ["professionals_involved"], "professionals involved"),
    ],
)
def test_what_is_left_blank_is_noticed_and_weakens_the_referral(key, blank, words):
    answers = SCHOOL | dict.fromkeys(blank, "")
    assert words in texts_about(key, answers)
    met, total = strength("education", answers)
    assert met < total


def test_a_history_without_dates_is_noticed_only_when_there_is_one():
    undated = {"safeguarding_history": "There was an incident some time ago that the police attended"}
    assert "dates" in texts_about("safeguarding_history", SCHOOL | undated)
    assert "dates" not in texts_about("safeguarding_history", SCHOOL | undated | {"safeguarding_known": "none_known"})


def test_very_short_text_is_noticed():
    assert "Say a little more" in texts_about(
        "presenting_worries", SCHOOL | {"presenting_worries": "Anxious since 4 May"}
    )


def test_opinion_written_as_fact_is_noticed_wherever_it_stands():
    judged = SCHOOL | {"family_context": "Mum is lazy and obviously makes excuses for Amira each week"}
    assert texts_about("family_context", judged).startswith("“Lazy” is an opinion")


def test_somebody_quoted_may_say_what_they_like():
    quoted = SCHOOL | {"parents_views": 'Dad said on 4 May: “She is lazy.” Mum said: "He is selfish."'}
    assert texts_about("parents_views", quoted) == ""


def test_severe_absence_without_a_plan_is_named():
    absent = SCHOOL | {"attendance_percent": "48", "meetings_and_plans": ""}
    assert "severe absence" in texts_about("meetings_and_plans", absent)
    assert texts_about("meetings_and_plans", absent | {"attendance_percent": "96"}) == ""


def test_only_others_than_schools_are_asked_what_they_know_of_attendance():
    silent = COMMUNITY | {"attendance_pattern": ""}
    assert "ask the family or the school" in texts_about("attendance_percent", silent, "community")
    assert texts_about("attendance_percent", {}, "education") == ""


def test_an_unchecked_record_is_followed_up():
    assert "safeguarding lead" in texts_about("safeguarding_known", COMMUNITY, "community")


def test_an_unlikely_age_is_doubted_before_it_is_sent():
    assert "makes the young person 30" in texts_about("date_of_birth", SCHOOL | {"date_of_birth": "1996-11-01"})


def test_advice_is_weightiest_first_and_points_at_real_questions():
    found = advice("education", {}, TODAY)
    assert [each.weight for each in found] == sorted((each.weight for each in found), reverse=True)
    assert all(section_of(question(each.question_key).key).key == each.section_key for each in found)
    assert strength("education", {})[0] == 0
