import datetime as dt

import pytest

from portal.referrals.household import home_in
from portal.triage.known.names import Likeness, family_likeness, given_likeness
from portal.triage.known.rules import Child, Link, judge, near_dates
from tests.triage.known.labelled import HOME, SAME, children, pairs, truth

BORN = dt.date(2013, 5, 4)
AMIRA = Child("Amira", "Khan", BORN, "a home")
LABELS = {Link.SAME_CHILD: SAME, Link.HOUSEHOLD: HOME}


def test_the_labelled_set_is_told_apart():
    found = children()
    judged = [
        (truth(first, second), LABELS[match.link] if (match := judge(first.child, second.child)) else None)
        for first, second in pairs(found)
    ]
    for label in (SAME, HOME):
        right = sum(said == label == true for true, said in judged)
        precision = right / sum(said == label for _, said in judged)
        recall = right / sum(true == label for true, _ in judged)
        print(f"{label}: precision {precision:.3f}, recall {recall:.3f} of {len(found)} children, {len(judged)} pairs")
        assert precision >= 0.97
        assert recall >= 0.97


def test_a_match_is_the_same_from_both_sides():
    for first, second in pairs(children()):
        match, back = judge(first.child, second.child), judge(second.child, first.child)
        assert (match and match.link) == (back and back.link), (first, second)


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("Zoë", "zoe", Likeness.SAME),
        ("Mary-Anne", "Mary Anne", Likeness.SAME),
        ("Grace Louise", "Grace", Likeness.SAME),
        ("William", "Billy", Likeness.SHORT_FORM),
        ("Mohamed", "Muhammad", Likeness.SHORT_FORM),
        ("Callum", "Calum", Likeness.SIMILAR),
        ("Caitlin", "Kaitlyn", Likeness.SIMILAR),
        ("Ameera", "Amirah", Likeness.SIMILAR),
        ("Hayden", "Jayden", Likeness.DIFFERENT),
        ("Tom", "Tim", Likeness.DIFFERENT),
        ("Ella", "Emma", Likeness.DIFFERENT),
        ("", "Emma", Likeness.DIFFERENT),
        ("王", "王", Likeness.SAME),
    ],
)
def test_first_names(mine, theirs, expected):
    assert given_likeness(mine, theirs) is given_likeness(theirs, mine) is expected


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("O’Neill", "ONeill", Likeness.SAME),
        ("Marsh-Okafor", "Okafor", Likeness.SHORT_FORM),
        ("Whitfield", "Whitfeild", Likeness.SIMILAR),
        ("Reid", "Reed", Likeness.SIMILAR),
        ("Sheikh", "Sheik", Likeness.SIMILAR),
        ("Khan", "Marsh", Likeness.DIFFERENT),
        ("not known", "", Likeness.DIFFERENT),
    ],
)
def test_family_names(mine, theirs, expected):
    assert family_likeness(mine, theirs) is family_likeness(theirs, mine) is expected


@pytest.mark.parametrize(
    ("theirs", "link", "why"),
    [
        (AMIRA, Link.SAME_CHILD, ("same date of birth", "same name", "same address")),
        (Child("Khan", "Amira", BORN, None), Link.SAME_CHILD, ("same date of birth", "same name")),
        (
            Child("Amira", "Khan", dt.date(2013, 4, 5), None),
            Link.SAME_CHILD,
            ("date of birth with day and month swapped", "same name"),
        ),
        (
            Child("Amirah", "Khan", BORN, "a home"),
            Link.SAME_CHILD,
            ("same date of birth", "similar name", "same address", "could also be a twin"),
        ),
        (
            Child("Amira", "Hale", BORN, "a home"),
            Link.SAME_CHILD,
            ("same date of birth", "same first name, another family name", "same address"),
        ),
        (Child("Amira", "Khan", None, None), Link.SAME_CHILD, ("no date of birth to compare", "same name")),
        (
            Child("Tariq", "Khan", BORN, "a home"),
            Link.HOUSEHOLD,
            ("same address", "same family name", "same date of birth: perhaps a twin"),
        ),
        (Child("Leo", "Marsh", dt.date(2016, 1, 9), "a home"), Link.HOUSEHOLD, ("same address", "another family name")),
    ],
)
def test_why_two_referrals_may_belong_together(theirs, link, why):
    match = judge(AMIRA, theirs)
    assert (match.link, match.why) == (link, why)


@pytest.mark.parametrize(
    "theirs",
    [
        Child("Amira", "Khan", dt.date(2016, 1, 9), "another home"),
        Child("Tariq", "Khan", BORN, None),
        Child("Leo", "Marsh", BORN, "another home"),
        Child("", "", None, None),
    ],
)
def test_namesakes_and_birthdays_alone_link_nobody(theirs):
    assert judge(AMIRA, theirs) is None


def test_a_name_the_child_is_known_by_counts():
    known = Child("Xiaoming", "Khan", BORN, None, known_as="Ming, Amira")
    assert judge(known, Child("Amira", "Khan", BORN, None)).link is Link.SAME_CHILD


def test_slips_of_a_date_are_dates():
    assert dt.date(2013, 4, 5) in near_dates(BORN)
    assert all(isinstance(each, dt.date) for each in near_dates(dt.date(2012, 2, 29)))


@pytest.mark.parametrize(
    ("written", "home"),
    [
        ("14 Larkfield Way, Sittingbourne, ME10 0ZZ", "ME100ZZ 14"),
        ("14, larkfield way\nSittingbourne\nme100zz. Every other weekend at 3 Mill Row", "ME100ZZ 14"),
        ("Flat 2, 14a Larkfield Way, ME10 0ZZ", "ME100ZZ 14a 2"),
        ("14A Larkfield Way, Flat 2, ME10 0ZZ", "ME100ZZ 14a 2"),
        ("Rose Cottage, Mill Row, ME13 0ZZ", "ME130ZZ rosecottage"),
        ("ME13 0ZZ", None),
        ("Somewhere in Faversham", None),
        ("", None),
    ],
)
def test_a_home_is_one_key_however_it_is_written(written, home):
    assert home_in(written) == home
