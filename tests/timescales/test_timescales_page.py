"""The page of timescales: folded, by subject, and what was checked longest ago."""

import re

import pytest

from portal.access.roles import OrganisationKind, Role
from portal.timescales import subjects
from portal.timescales.policy import load
from tests.factories import people

POLICY = load()


def test_every_timescale_is_under_one_subject():
    found = [each.kind for subject in subjects.divided(POLICY) for each in subject.timescales]
    assert sorted(found) == sorted(POLICY.timescales)
    anchors = [subject.anchor for subject in subjects.divided(POLICY)]
    assert len(set(anchors)) == len(anchors)


def test_what_was_checked_longest_ago_comes_first():
    oldest = subjects.checked_longest_ago(POLICY)
    days = sorted(each.checked_on for each in POLICY.timescales.values())
    assert [each.checked_on for each in oldest] == days[: len(oldest)]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_each_says_what_how_long_and_who_and_folds_the_rest(app, database, moment, client_of):
    with database.system_transaction():
        ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
        administrator, referrer = people.add_person(ksaf, Role.ADMINISTRATOR), people.add_person(school)
    for person, changes in ((administrator, True), (referrer, False)):
        page = client_of(person).get("/timescales").text
        shown = re.findall(r'<details class="fold" id="(\w+)">\s*<summary[^>]*>(.*?)</summary>', page, re.DOTALL)
        assert sorted(kind for kind, _ in shown) == sorted(POLICY.timescales)
        decide = dict(shown)["decide"]
        for words in ("Decide what happens next and record it", "1 working day. KSAF owes it."):
            assert words in decide
        assert ("Checked on 22 November 2026" in decide) is changes
        assert ("Checked longest ago" in page) is changes
        assert "triage officer, else manager, while it is on nobody" in page
        for subject in subjects.divided(POLICY):
            assert f'href="#{subject.anchor}"' in page
            assert f'id="{subject.anchor}"' in page
