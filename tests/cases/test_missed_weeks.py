"""A week that ends without its update: an event, once, with its own prompts, and honest on both sides' pages."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from portal import db, scheduler, tenancy
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.cases import jobs, queries
from portal.cases.models import CaseWeek
from portal.referrals.models import Referral, TimelineEntry
from portal.referrals.queries import get_referral
from portal.timescales import jobs as deadlines
from portal.timescales.models import Deadline, DeadlineState, Prompt
from tests.cases.conftest import in_support
from tests.cases.test_updates import post
from tests.factories.cast import World

FRIDAY = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)


@pytest.fixture
def family(database, kept: World) -> str:
    """A family in its first week of support, committed."""
    with database.transaction():
        referral, _ = in_support(kept)
        return referral.reference


def rows(database, model, *conditions) -> list:
    with database.system_transaction(write=False) as session:
        found = list(session.scalars(select(model).where(*conditions)))
        session.expunge_all()
        return found


def test_the_first_pass_after_the_deadline_notes_it_once(database, kept, family, moment):
    moment.set(FRIDAY.replace(hour=16, minute=59))
    assert jobs.run(database, moment.now) == {"weeks_missed": 0}
    moment.set(FRIDAY)
    assert jobs.run(database, moment.now) == {"weeks_missed": 1}
    assert jobs.run(database, moment.now) == {"weeks_missed": 0}
    [entry] = rows(database, TimelineEntry, TimelineEntry.kind == "update_missed")
    assert entry.title == "KSAF missed the update of week 1"
    assert "Friday 27 November 2026 at 5pm" in entry.body
    assert [row.number for row in rows(database, CaseWeek, CaseWeek.missed_at.is_not(None))] == [1]
    assert len(rows(database, AuditEvent, AuditEvent.action == Action.UPDATE_MISSED)) == 1


def test_a_pass_of_the_scheduler_notes_it_too():
    assert scheduler._weeks in scheduler.PARTS


def test_the_ladder_prompts_the_practitioner_then_the_managers(database, kept, family, moment):
    told: dict[str, set[int]] = {}
    for at in (FRIDAY.replace(hour=10), FRIDAY, datetime(2026, 11, 30, 17, 0, tzinfo=UTC)):
        moment.set(at)
        deadlines.run(database, at)
    for prompt in rows(database, Prompt, Prompt.kind.startswith("weekly_update:")):
        told.setdefault(prompt.kind, set()).add(prompt.user_id)
    assert told["weekly_update:approaching"] == {kept.practitioner.user_id}
    assert told["weekly_update:missed"] == {kept.practitioner.user_id} | kept.managers
    assert told["weekly_update:still_missed"] == kept.managers


def test_the_school_and_the_practitioner_read_it_honestly(client_of, database, kept, family, moment):
    support = f"/referrals/{family}/support"
    before = client_of(kept.referrer).get(f"/referrals/{family}/status").headers["ETag"]
    moment.set(FRIDAY)
    jobs.run(database, moment.now)
    school = client_of(kept.referrer)
    assert "KSAF has not posted it" in school.get(support).text
    changed = school.get(f"/referrals/{family}/status", headers={"If-None-Match": before})
    assert "KSAF missed the update of week 1" in changed.text
    assert "Write the update" not in school.get(support).text
    assert "Write the update" in client_of(kept.practitioner).get(support).text


def test_posted_after_all_it_is_late_and_its_prompts_close(database, kept, family, moment):
    moment.set(datetime(2026, 11, 28, 9, 0, tzinfo=UTC))
    jobs.run(database, moment.now)
    with database.transaction():
        assert post(kept.practitioner, _loaded(kept, family)).row.is_late
    [deadline] = rows(database, Deadline, Deadline.kind == "weekly_update", Deadline.week == 1)
    assert deadline.ended_at is not None
    assert deadline.state in {DeadlineState.MET, DeadlineState.MISSED}
    assert jobs.run(database, moment.now) == {"weeks_missed": 0}


def test_weeks_of_support_that_has_ended_are_not_missed(database, kept, family, moment):
    with database.transaction():
        referral = _loaded(kept, family)
        queries.newest_case(kept.practitioner.actor, referral).ended_at = moment.now
    moment.set(FRIDAY)
    assert jobs.run(database, moment.now) == {"weeks_missed": 0}


def test_after_an_outage_every_week_is_noted(database, kept, family, moment):
    moment.set(datetime(2026, 12, 14, 9, 0, tzinfo=UTC))
    assert jobs.run(database, moment.now) == {"weeks_missed": 3}


def _loaded(world: World, reference: str) -> Referral:
    tenancy.enter(db.session(), world.practitioner.organisation_id)
    found = get_referral(world.practitioner.actor, reference)
    assert found is not None
    return found
