"""Raising a concern and looking at it, as a service: who is told, what is owed, what whoever raised it sees."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal import db
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMail
from portal.referrals.models import TimelineEntry
from portal.referrals.standing import owed
from portal.safeguarding import queries, service
from portal.safeguarding.models import Concern, ConcernReceipt
from portal.safeguarding.rules import ConcernState, Danger
from portal.tenancy import TenancyError, as_system, enter
from portal.timescales import jobs
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.timescales.news import News
from tests.conftest import MONDAY
from tests.factories import people, referrals
from tests.safeguarding.conftest import OPINION, SAID, SEEN, World, opened, raised, raised_about, shared, words


def all_of(model, *conditions) -> list:
    with as_system(db.session()):
        return list(db.session().scalars(select(model).where(*conditions)))


def test_what_is_raised_is_kept_facts_words_and_opinion_apart(world):
    concern = raised(world, danger=Danger.YES).concern
    assert (concern.seen, concern.said, concern.opinion, concern.witness) == (SEEN, SAID, OPINION, "Helen Marsh")
    assert (concern.raised_by_name, concern.raised_by_organisation) == ("Helen Marsh", "Larkfield Vale Academy")
    assert (concern.raised_at, concern.state, concern.danger) == (MONDAY, ConcernState.RAISED, Danger.YES)


def test_the_safeguarding_team_is_told_at_once_and_told_nothing_else(world):
    concern = raised(world).concern
    told = all_of(Prompt, Prompt.kind == News.CONCERN_RAISED)
    assert {each.user_id for each in told} == {world.safeguarding.user_id, world.second.user_id}
    mails = all_of(OutboxMail, OutboxMail.template == "safeguarding/concern_raised")
    assert {each.to_address for each in mails} == {world.safeguarding.email, world.second.email}
    assert {(each.reference, str(each.context)) for each in mails} == {(concern.reference, "{}")}


def test_two_concerns_about_one_child_are_told_of_twice(world):
    first = raised(world)
    raised_about(world, first.referral)
    told = all_of(Prompt, Prompt.kind == News.CONCERN_RAISED, Prompt.user_id == world.second.user_id)
    assert len({each.reference for each in told}) == 2


def test_the_record_itself_does_not_tell_that_there_is_a_concern(world):
    before = shared(world)
    entries, change, due = len(all_of(TimelineEntry)), before.last_change_at, before.next_due_kind
    referral = raised_about(world, before, world.practitioner).referral
    assert (len(all_of(TimelineEntry)), referral.last_change_at, referral.next_due_kind) == (entries, change, due)
    for person in (world.officer, world.practitioner, world.manager):
        assert not [each for each in owed(person.actor, referral) if "concern" in each.what]


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 16, 30, tzinfo=UTC), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 14, 0, tzinfo=UTC), datetime(2026, 11, 30, 9, 0, tzinfo=UTC)),
    ],
)
def test_it_is_looked_at_within_the_hour_or_by_the_next_opening(world, moment, at, due):
    referral = shared(world)
    moment.set(at)
    concern = raised_about(world, referral).concern
    assert all_of(Deadline, Deadline.reference == concern.reference)[0].due_at == due
    assert queries.receipt_of(world.safeguarding.actor, concern).look_by == due


def test_looking_at_it_meets_the_deadline_and_shows_on_the_receipt_alone(world, moment):
    concern = raised(world).concern
    moment.advance(minutes=20)
    assert service.look_at(world.safeguarding.actor, concern)
    assert not service.look_at(world.second.actor, concern)
    assert (concern.looked_at_by_name, concern.state) == ("Colm Daly", ConcernState.LOOKED_AT)
    assert all_of(Deadline, Deadline.reference == concern.reference)[0].state is DeadlineState.MET
    assert not all_of(Prompt, Prompt.kind == News.CONCERN_RAISED, Prompt.closed_at.is_(None))
    enter(db.session(), world.referrer.organisation_id)
    mine = queries.own_receipts(world.referrer.actor)
    assert [each.looked_at for each in mine] == [MONDAY + timedelta(minutes=20)]
    shown = {name for name in ConcernReceipt.model_fields if "name" in name or "state" in name or "decided" in name}
    assert shown == set()


def test_missed_it_climbs_to_managers_and_to_the_team(database, moment, kept):
    with database.transaction():
        concern_id = raised(kept).concern.id
    moment.advance(minutes=61)
    jobs.run(database, moment.now)
    with database.system_transaction(write=False):
        prompts = select(Prompt).join(Deadline, Deadline.id == Prompt.deadline_id)
        prompts = prompts.where(Deadline.subject_type == "concern", Deadline.subject_id == concern_id)
        told = {(each.user_id, each.kind) for each in db.session().scalars(prompts)}
    assert {user for user, kind in told if kind == "concern:missed"} == {
        kept.safeguarding.user_id,
        kept.second.user_id,
        kept.manager.user_id,
    }


def test_nobody_but_the_team_and_managers_opens_it(world: World):
    reference = raised(world).concern.reference
    for person in (world.officer, world.case_manager, world.practitioner):
        assert queries.open_concern(person.actor, reference) is None
    assert opened(world.manager, reference).concern.reference == reference
    for person in (world.referrer, world.colleague, world.council, world.outsider):
        enter(db.session(), person.organisation_id)
        assert queries.open_concern(person.actor, reference) is None
        assert db.session().scalars(select(Concern)).all() == []


def test_a_receipt_is_its_raisers_alone(world):
    reference = raised(world).concern.reference
    enter(db.session(), world.referrer.organisation_id)
    assert queries.own_receipt(world.referrer.actor, reference).about
    assert queries.own_receipt(world.colleague.actor, reference) is None
    assert queries.own_receipts(world.colleague.actor) == []


def test_whoever_can_see_the_record_can_raise_one(world):
    referral = shared(world)
    for person in (world.viewer, world.council, world.practitioner, world.safeguarding):
        assert raised_about(world, referral, person).concern.raised_by_name == person.name


def test_a_school_cannot_write_a_concern_of_its_own_into_ksafs(world):
    row = raised(world).concern.model_dump(exclude={"id", "reference"})
    enter(db.session(), world.referrer.organisation_id)
    db.session().add(Concern(**row, reference="KSAF-0000-0000"))
    with pytest.raises(TenancyError):
        db.session().flush()


def test_nothing_is_noted_in_the_schools_own_audit(world):
    raised(world)
    noted = all_of(AuditEvent, AuditEvent.action == "safeguarding:concern:raised")
    assert [(each.organisation_id, each.actor_id) for each in noted] == [
        (world.safeguarding.organisation_id, world.referrer.user_id)
    ]


@pytest.mark.parametrize("column", ["seen", "raised_by_name"])
def test_the_database_refuses_to_change_what_was_raised(world, column):
    concern = raised(world).concern
    service.look_at(world.safeguarding.actor, concern)
    with pytest.raises(DBAPIError), db.session().begin_nested():
        db.session().execute(update(Concern).where(Concern.id == concern.id).values({column: "Other words"}))
    with pytest.raises(DBAPIError), db.session().begin_nested():
        db.session().execute(delete(Concern).where(Concern.id == concern.id))


def test_where_nobody_is_in_the_team_managers_are_told(tx):
    school = people.add_organisation()
    referrer, manager = people.add_person(school), referrals.staff(referrals.Role.MANAGER)
    sent = referrals.sent(referrer)
    service.raise_concern(referrer.actor, sent, words())
    assert [each.user_id for each in all_of(Prompt, Prompt.kind == News.CONCERN_RAISED)] == [manager.user_id]
