"""A concern typed into a week's draft: its writer and the safeguarding team read it, nobody else; it is not lost."""

import pytest

from portal.cases import update_drafts
from portal.cases.draft_concern import FIELDS, ConcernHeldError
from portal.safeguarding.models import Concern
from tests.cases.test_updates import all_of, family, opened, post  # noqa: F401 - a fixture
from tests.factories import people
from tests.factories.cast import World

CANARY = "He said he hides when the door goes."
BEGUN = {"progress": "Two visits.", "concern": "yes", "danger": "no", "seen": CANARY}


def save(person: people.Person, referral, typed: dict[str, str], week=None) -> None:
    week = week or opened(person, referral)
    update_drafts.save_draft(person.actor, week, typed, week.row.draft_version)


def read(person: people.Person, referral) -> dict[str, str]:
    return update_drafts.begun(person.actor, opened(person, referral))


def test_its_writer_and_the_safeguarding_team_read_it_and_the_case_manager_does_not(helped: World, family):  # noqa: F811
    save(helped.practitioner, family, BEGUN)
    assert read(helped.practitioner, family) == BEGUN
    assert read(helped.manager, family)["seen"] == CANARY
    assert read(helped.case_manager, family) == {"progress": "Two visits."}


def test_a_colleague_who_writes_in_the_draft_neither_reads_nor_loses_it(helped: World, family):  # noqa: F811
    save(helped.practitioner, family, BEGUN)
    save(helped.case_manager, family, {"progress": "Three visits.", "concern": "no"})
    assert CANARY not in str(read(helped.case_manager, family))
    assert read(helped.practitioner, family) == BEGUN | {"progress": "Three visits."}


def test_a_colleague_neither_posts_it_away_nor_types_over_it(helped: World, family):  # noqa: F811
    save(helped.practitioner, family, BEGUN)
    with pytest.raises(ConcernHeldError):
        save(helped.case_manager, family, {"concern": "yes", "seen": "Something else."})
    with pytest.raises(ConcernHeldError):
        post(helped.case_manager, family)
    assert read(helped.practitioner, family)["seen"] == CANARY
    assert all_of(Concern) == []


def test_the_writer_posts_it_and_a_manager_can_for_them(helped: World, family):  # noqa: F811
    save(helped.practitioner, family, BEGUN)
    save(helped.manager, family, BEGUN | {"progress": "Two visits and a call."})
    assert read(helped.practitioner, family)["seen"] == CANARY
    post(helped.manager, family, concern="yes", danger="no", seen=CANARY)
    assert [each.seen for each in all_of(Concern)] == [CANARY]
    assert opened(helped.practitioner, family).row.draft is None


def test_no_concern_is_nobodys_secret(helped: World, family):  # noqa: F811
    save(helped.practitioner, family, {"progress": "Two visits.", "concern": "no"})
    assert read(helped.case_manager, family) == {"progress": "Two visits.", "concern": "no"}


def test_a_draft_from_before_its_writer_was_kept_is_its_last_savers(helped: World, family):  # noqa: F811
    week = opened(helped.practitioner, family)
    week.row.draft, week.row.drafted_by_name = BEGUN, helped.practitioner.name
    assert read(helped.practitioner, family) == BEGUN
    assert not set(FIELDS) & set(read(helped.case_manager, family))
