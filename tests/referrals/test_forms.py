from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from portal.referrals.form import before_you_start, forms
from portal.referrals.form.answer_checks import LONGEST_LONG_TEXT, LONGEST_TEXT
from portal.referrals.form.sections import SECTIONS, section
from tests.factories.answers import BY_KIND
from tests.factories.forms import fields_of, posted

TODAY = date(2026, 11, 23)
CHILD, REASON = section("child-and-family"), section("reason")
TEXT_QUESTIONS = [
    (place, asked) for place in SECTIONS for asked in place.questions if not asked.choices and asked.kind != "date"
]


def read(place, today=TODAY, **answers):
    return forms.read(place.questions, MultiDict(posted(place, answers)), today)


def error_of(form, key):
    return form[key].errors[0] if form[key].errors else None


@pytest.mark.parametrize("place", SECTIONS, ids=lambda place: place.key)
@pytest.mark.parametrize("kind", BY_KIND)
def test_a_section_gives_back_what_was_posted(place, kind):
    wanted = {asked.key: BY_KIND[kind][asked.key] for asked in place.questions if asked.key in BY_KIND[kind]}
    form = forms.read(place.questions, MultiDict(posted(place, BY_KIND[kind])), TODAY)
    assert forms.answers_in(form, place.questions) == wanted
    assert not form.errors
    assert forms.answers_in(forms.bind(place.questions, wanted), place.questions) == wanted


@pytest.mark.parametrize(
    "text", ["Zoë “Ж 李 🌳”", "{{7*7}}", "<script>alert(1)</script>", "'; DROP TABLE x --", "=1+1"]
)
@pytest.mark.parametrize(("place", "asked"), TEXT_QUESTIONS, ids=lambda each: each.key)
def test_every_text_is_kept_to_the_letter(place, asked, text):
    form = forms.read(place.questions, MultiDict({asked.key: fields_of(asked, text)}))
    assert forms.answers_in(form, place.questions) == {asked.key: text}


def test_line_breaks_count_once():
    long = "line\n" * (LONGEST_LONG_TEXT // 5)
    form = forms.read(REASON.questions, MultiDict({"presenting_worries": long.replace("\n", "\r\n")}), TODAY)
    assert form["presenting_worries"].data == long
    assert not form.errors


def test_a_text_that_is_too_long_is_asked_about_and_kept():
    form = read(REASON, presenting_worries="x" * (LONGEST_LONG_TEXT + 1))
    assert error_of(form, "presenting_worries").startswith("Shorten this to 10,000 characters")
    assert len(forms.answers_in(form, REASON.questions)["presenting_worries"]) == LONGEST_LONG_TEXT + 1
    assert error_of(read(CHILD, year_group="8" * (LONGEST_TEXT + 1)), "year_group").startswith("Shorten this")


@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_characters_that_cannot_be_kept_are_marked_where_they_stood(bad):
    form = read(REASON, presenting_worries=f"before{bad}after")
    assert error_of(form, "presenting_worries") == forms.REMOVE
    assert form["presenting_worries"].data == f"before{forms.REPLACEMENT}after"
    form["presenting_worries"].data.encode()


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (["27", "3", "2014"], "2014-03-27"),
        ([" 27 ", "03", "2014 "], "2014-03-27"),
        (["27/3/2014", "", ""], "2014-03-27"),
        (["2014-03-27"], "2014-03-27"),
        (["31", "2", "2014"], "31/2/2014"),
        (["27", "3", "14"], "27/3/14"),
        (["27", "", ""], "27//"),
        (["spring", "", "2014"], "spring//2014"),
        (["27", "3", "2014 or 2015"], "27/3/2014 or 2015"),
        (["²", "3", "2014"], "²/3/2014"),
        (["", "", ""], None),
        ([], None),
    ],
)
def test_dates_are_kept_as_dates_or_as_typed(parts, kept):
    form = forms.read(CHILD.questions, MultiDict({"date_of_birth": parts}), TODAY)
    assert forms.answers_in(form, CHILD.questions).get("date_of_birth") == kept
    if kept and "/" in kept:
        assert error_of(form, "date_of_birth") == "Enter a real date, like 27 3 2014"
        assert forms.date_parts(kept) == [part.strip() for part in parts]


def test_a_date_stands_in_three_inputs_again():
    form = forms.bind(CHILD.questions, {"date_of_birth": "2014-03-27"})
    assert form["date_of_birth"].raw_data == ["27", "3", "2014"]
    assert forms.bind(CHILD.questions, {})["date_of_birth"].raw_data == ["", "", ""]


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        (CHILD, "parent_1_email", "sana at home"),
        (CHILD, "parent_1_phone", "ask the office"),
        (CHILD, "date_of_birth", "2027-01-01"),
        (section("attendance"), "attendance_percent", "about 70"),
        (section("safeguarding-and-context"), "household_factors", ["none_known", "domestic_abuse"]),
    ],
)
def test_an_answer_that_cannot_be_used_is_asked_about_and_kept(place, key, value):
    form = read(place, **{key: value})
    assert error_of(form, key)
    assert forms.answers_in(form, place.questions)[key] == value
    assert not read(place, today=None, **{key: value}).errors, "nobody is interrupted while typing"


def test_only_offered_choices_are_kept():
    place = section("safeguarding-and-context")
    form = read(place, child_safe_now="perhaps", household_factors=["mental_illness", "made_up"])
    assert forms.answers_in(form, place.questions) == {"household_factors": ["mental_illness"]}


def test_a_question_that_is_not_asked_is_not_complained_of_and_not_lost():
    place = section("consent-and-contact")
    form = read(place, consent_status="refused", consent_date="31/2/2026")
    assert not form.errors
    assert forms.answers_in(form, place.questions)["consent_date"] == "31/2/2026"


def test_groups_keep_the_order_and_every_question():
    for questions in [*(place.questions for place in SECTIONS), before_you_start.QUESTIONS]:
        grouped = forms.groups(questions)
        assert [asked for _, group in grouped for asked in group] == list(questions)
        assert all(asked.condition == condition for condition, group in grouped for asked in group)
