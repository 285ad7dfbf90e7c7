"""Letting a list go: what is approved and still due is erased, whatever happens on the way; nothing else is touched."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from portal import db
from portal.audit import verify
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.notifications import service as notifications
from portal.notifications.models import MailState, OutboxMail
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.retention import erasing, holds, jobs, queries, service
from portal.retention.models import Approval, ApprovedItem, Erasure
from portal.tenancy import as_system, enter
from portal.timescales.models import Prompt
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.web.errors import SomeoneWasFirstError
from tests.factories import referrals

LATER = datetime(2033, 3, 1, 10, tzinfo=UTC)
REVIEW = date(2033, 6, 1)


@pytest.fixture
def due(database, world, moment):
    """What is due when everything has grown old: "kind:id" by reference."""
    moment.set(LATER)
    with database.system_transaction(write=False):
        return {line.reference: f"{line.kind}:{line.subject_id}" for line in queries.due(LATER.date(), 100)}


def approve(database, manager, names):
    with database.transaction(tenant=manager.organisation_id):
        return service.approve(manager.actor, names, 100)


def hold(database, manager, reference):
    with database.transaction():
        row = load(manager, reference)
        return holds.place(manager.actor, row, "A court has asked for it", REVIEW)


def standing_on(manager, reference):
    return [each for each in holds.standing(manager.actor) if each.reference == reference]


def load(manager, reference):
    with as_system(db.session()):
        number = db.session().scalars(select(Referral.id).where(Referral.reference == reference)).one()
    return referrals.load_for(manager, number)


def erased(database):
    with database.system_transaction(write=False) as session:
        return set(session.scalars(select(Erasure.reference)))


def test_what_is_approved_goes_pass_by_pass(database, due, manager, moment, monkeypatch, world):
    monkeypatch.setattr(jobs, "BATCH", 4)
    approve(database, manager, due.values())
    with database.system_transaction(write=False):
        assert queries.due(LATER.date(), 100) == []
    passes = 0
    while (done := jobs.run(database, moment.now))["erased"]:
        assert done["erased"] <= 4
        passes += 1
    assert erased(database) == set(due)
    assert passes == -(-len(due) // 4)
    with database.system_transaction(write=False) as session:
        assert verify.first_break() is None
        gone = session.scalars(select(AuditEvent).where(col(AuditEvent.action) == Action.RECORD_ERASED)).all()
        assert len(gone) == len(due)
        assert {each.actor_id for each in gone} == {manager.user_id}
        assert queries.counts(LATER.date()) == (dict.fromkeys(queries.KINDS, 0), 0)
    print(f"{len(due)} records erased in {passes} passes")


def test_a_pass_that_breaks_in_the_middle_goes_on_where_it_was(database, due, manager, moment, monkeypatch):
    approve(database, manager, due.values())
    whole, calls = erasing.carry_out, []

    def breaks(subject):
        calls.append(subject.reference)
        whole(subject)
        if len(calls) == 3:
            raise RuntimeError("the power went")

    monkeypatch.setattr(erasing, "carry_out", breaks)
    with pytest.raises(RuntimeError, match="the power went"):
        jobs.run(database, moment.now)
    assert erased(database) == set(calls[:2])
    jobs.run(database, moment.now)
    assert erased(database) == set(due)
    assert len(calls) == len(due) + 1


def test_only_what_is_on_the_list_and_still_due_goes(database, due, manager, moment, world):
    """A name that was never due, one that somebody holds by now, and one nobody chose."""
    school = world.school.references
    chosen = {due[school[State.CLOSED]], due[school[State.WITHDRAWN]], "referral:999999", "account:1", "words"}
    hold(database, manager, school[State.WITHDRAWN])
    done = approve(database, manager, chosen)
    assert (done.records, done.left_out) == (1, 4)
    jobs.run(database, moment.now)
    assert erased(database) == {school[State.CLOSED]}


def test_a_hold_placed_after_the_approval_still_holds(database, due, manager, moment, world):
    reference = world.school.references[State.CLOSED]
    approve(database, manager, due.values())
    hold(database, manager, reference)
    done = jobs.run(database, moment.now)
    assert done["erasures_left"] == 1
    assert erased(database) == set(due) - {reference}
    with database.system_transaction(write=False) as session:
        left = session.scalars(select(ApprovedItem).where(col(ApprovedItem.left_because).is_not(None))).one()
        assert (left.reference, left.left_because) == (reference, "held")


def test_a_hold_refuses_a_request_and_its_end_lets_it_through(database, due, manager, moment, world):
    reference = world.school.references[State.CLOSED]
    hold(database, manager, reference)
    with pytest.raises(service.KeptError, match="A court has asked for it"), database.transaction():
        service.erase(manager.actor, load(manager, reference), "The family asked")
    with pytest.raises(SomeoneWasFirstError, match="a hold on this already"):
        hold(database, manager, reference)
    with database.transaction(tenant=manager.organisation_id):
        [standing] = standing_on(manager, reference)
        holds.keep(manager.actor, standing, "Still", REVIEW + timedelta(days=90))
        with pytest.raises(SomeoneWasFirstError, match="kept or lifted"):
            holds.lift(manager.actor, standing, "Over")
        [standing] = standing_on(manager, reference)
        holds.lift(manager.actor, standing, "The case is over")
        assert standing_on(manager, reference) == []
    with database.transaction():
        service.erase(manager.actor, load(manager, reference), "The family asked")
    assert erased(database) == {reference}


def test_a_hold_is_asked_about_once_on_its_day(database, due, manager, moment, world):
    reference = world.school.references[State.CLOSED]
    jobs.run(database, moment.now)  # asks about the hold that the world came with
    hold(database, manager, reference)
    assert jobs.run(database, moment.now)["holds_to_review"] == 0
    moment.set(datetime(2033, 6, 1, 8, tzinfo=UTC))
    assert jobs.run(database, moment.now)["holds_to_review"] == 1
    assert jobs.run(database, moment.now)["holds_to_review"] == 0
    with database.system_transaction(write=False) as session:
        asked = select(Prompt.user_id).where(col(Prompt.kind) == News.HOLD_REVIEW.value, Prompt.reference == reference)
        managers = {each.user_id for each in staff_of(manager.organisation_id).managers()}
        assert manager.user_id in managers
        assert set(session.scalars(asked)) == managers


def test_old_mail_goes_by_rule_and_not_that_of_a_held_record(database, world, manager, moment):
    held, free = world.school.references[State.CLOSED], world.school.references[State.WITHDRAWN]
    hold(database, manager, held)
    with database.system_transaction() as session:
        for reference in (held, free):
            notifications.queue("referrals/sharing_ended", "a@b.example", organisation_id=1, reference=reference)
        session.flush()
        for mail in session.scalars(select(OutboxMail)):
            mail.state = MailState.SENT
    moment.set(datetime(2027, 11, 22, 23, tzinfo=UTC))
    jobs.run(database, moment.now)
    with database.system_transaction(write=False) as session:
        left = set(session.scalars(select(OutboxMail.reference)))
    assert held in left
    assert free in left
    moment.set(datetime(2027, 11, 23, 1, tzinfo=UTC))
    jobs.run(database, moment.now)
    with database.system_transaction(write=False) as session:
        left = set(session.scalars(select(OutboxMail.reference)))
    assert held in left
    assert free not in left


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_never_what_is_held_nor_before_its_day_and_always_what_is_due_and_approved(
    database, world, manager, moment, data
):
    """Any day, any holds, any list: exactly what is due, chosen and free goes."""
    days = st.integers(0, 30 * 366)
    moment.set(datetime(2026, 11, 24, 10, tzinfo=UTC) + timedelta(days=data.draw(days, "days from now")))
    today = moment.now.date()
    with database.open(write=True) as session, db.current(session):
        with as_system(session):
            rows = {row.reference: row for row in session.scalars(select(Referral))}
            names = {name: f"referral:{row.id}" for name, row in rows.items()}
            due = {line.reference for line in queries.due(today, 1000) if line.kind == "referral"}
        sent = sorted(name for name, row in rows.items() if row.state is not State.DRAFT)
        held = data.draw(st.sets(st.sampled_from(sent), max_size=6), "held")
        chosen = data.draw(st.sets(st.sampled_from(sorted(rows)), max_size=8), "chosen")
        enter(session, manager.organisation_id)
        already = {each.reference for each in holds.standing(manager.actor)}  # the world came with one
        for name in sorted(held - already):
            holds.place(manager.actor, load(manager, name), "Why", today)
        service.approve(manager.actor, [names[name] for name in chosen], 1000)
        with as_system(session):
            session.flush()
            waiting = session.execute(
                select(ApprovedItem, Approval).join(Approval, col(Approval.id) == col(ApprovedItem.approval_id))
            ).all()
            for item, approval in waiting:
                jobs.settle(item, approval)
            session.flush()
            gone = set(session.scalars(select(Erasure.reference)))
            touched = set(session.scalars(select(Referral.reference).where(col(Referral.anonymised_at).is_not(None))))
        session.rollback()
    assert gone == touched == (due & chosen) - held - already
