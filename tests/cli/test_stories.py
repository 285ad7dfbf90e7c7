"""The demo's stories as data: what would stop `portal demo load` half-way shows here in a second."""

import datetime as dt

import pytest

from portal.demo.stories import answers_for, read, stories
from portal.demo.telling import ANSWERS, DEEDS
from portal.referrals.form.requirements import missing

FRIDAY, MONDAY = "2026-11-20", dt.date(2026, 11, 23)
KINDS = {person["email"]: row["kind"] for row in read("people")["organisation"] for person in row["people"]}


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.answers["child_first_name"])
def test_a_story_can_be_sent_and_told(story):
    if story.sent:
        kind = KINDS[story.by]
        gaps = missing(kind, answers_for(kind, story, FRIDAY), MONDAY)
        assert [asked.key for _, asked, _ in gaps] == []
    assert {step.do for step in story.steps} <= {*DEEDS, *ANSWERS}
    assert {step.by for step in story.steps} <= set(KINDS)
