"""A manager's review of an open record: owed every four weeks, recorded by a manager, read by KSAF alone."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlmodel import col, delete, select

from portal import clock
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMail
from portal.referrals import conversation, record_reviews
from portal.referrals.effects import RECORD_REVIEW
from portal.referrals.models import Referral, TimelineEntry
from portal.timescales.models import Deadline, DeadlineRung, DeadlineState, Prompt
from portal.triage import service as triage
from portal.triage.models import Outcome
from portal.web.dates import in_london
from portal.web.errors import SomeoneWasFirstError
from tests.factories.cast import World, decided, make_world
from tests.factories.referrals import load_for
from tests.triage.conftest import proposed

FOUND = "The plan of 16 November is followed. The school has not named a mentor yet."
TYPED = {"followed": "no", "text": FOUND, "seen": "0"}


def owed(session) -> list[Deadline]:
    wanted = select(Deadline).where(col(Deadline.kind) == RECORD_REVIEW).order_by(col(Deadline.id))
    return list(session.scalars(wanted).all())


def states(session) -> list[DeadlineState]:
    return [each.state for each in owed(session)]


@pytest.fixture
def helped(tx) -> World:
    return make_world()


@pytest.fixture
def kept(database, moment) -> World:
    with database.transaction():
        return make_world()


@pytest.fixture
def path(kept, database) -> str:
    with database.transaction():
        return f"/referrals/{decided(kept, Outcome.PATHWAY_2).reference}/record-review"


def test_it_is_owed_four_weeks_after_the_referral_by_ksaf_to_itself(helped, tx):
    made = decided(helped, Outcome.PATHWAY_2)
    [review] = owed(tx)
    assert (review.owed_by_id, review.person_id) == (review.owed_to_id, None)
    assert in_london(review.due_at).date() == in_london(made.submitted_at).date() + timedelta(weeks=4)
    assert made.next_due_kind != RECORD_REVIEW


def test_a_review_meets_it_and_begins_the_next(helped, tx):
    made = decided(helped, Outcome.PATHWAY_2)
    clock.set_to(clock.now() + timedelta(days=21))
    record_reviews.record(helped.manager.actor, made, FOUND, is_outstanding=False, seen=0)
    first, second = owed(tx)
    assert (first.state, first.met_at) == (DeadlineState.MET, clock.now())
    assert (second.state, second.started_at) == (DeadlineState.RUNNING, clock.now())
    assert [each.body for each in record_reviews.earlier(helped.manager.actor, made)] == [FOUND]
    assert record_reviews.earlier(helped.referrer.actor, made) == []


def test_what_is_outstanding_prompts_whoever_has_it_until_a_review_finds_nothing(helped, tx):
    made = decided(helped, Outcome.PATHWAY_2)
    manager = helped.manager.actor
    waiting = select(Prompt).where(col(Prompt.kind) == "record_outstanding", col(Prompt.closed_at).is_(None))
    record_reviews.record(manager, made, FOUND, is_outstanding=True, seen=0)
    assert {each.user_id for each in tx.scalars(waiting)} == {helped.officer.user_id}
    mails = tx.scalars(select(OutboxMail).where(col(OutboxMail.template) == "referrals/record_outstanding")).all()
    assert [each.to_address for each in mails] == [helped.officer.email]
    newest = record_reviews.earlier(manager, made)[0].id
    record_reviews.record(manager, made, "Done.", is_outstanding=False, seen=newest)
    assert tx.scalars(waiting).all() == []


def test_the_second_of_two_managers_hears_of_the_first(helped, tx):
    made = decided(helped, Outcome.PATHWAY_2)
    record_reviews.record(helped.manager.actor, made, FOUND, is_outstanding=False, seen=0)
    with pytest.raises(SomeoneWasFirstError, match="Priya Nair reviewed this record on"):
        record_reviews.record(helped.other_manager.actor, made, FOUND, is_outstanding=False, seen=0)


def test_what_is_not_accepted_is_not_reviewed(helped, tx):
    made = proposed(helped, Outcome.NOT_ACCEPTED, "clinical_or_specialist")
    triage.authorise(helped.manager.actor, made)
    assert states(tx) == [DeadlineState.CANCELLED]
    with pytest.raises(SomeoneWasFirstError, match="has ended"):
        record_reviews.record(helped.manager.actor, made, FOUND, is_outstanding=False, seen=0)


def test_what_is_withdrawn_is_not_reviewed(helped, tx):
    made = proposed(helped, Outcome.PATHWAY_2)
    conversation.withdraw(helped.referrer.actor, load_for(helped.referrer, made.id), "The family moved.")
    assert states(tx) == []  # a school reads nothing of it
    load_for(helped.manager, made.id)
    assert states(tx) == [DeadlineState.CANCELLED]


def forget_it(database):
    """Leave an open record without its review, as one from before an upgrade."""
    with database.system_transaction() as session:
        [review] = owed(session)
        session.execute(delete(DeadlineRung).where(col(DeadlineRung.deadline_id) == review.id))
        session.execute(delete(Deadline).where(col(Deadline.id) == review.id))


def test_an_upgrade_begins_it_once_where_it_does_not_run(kept, path, database):
    forget_it(database)
    assert [record_reviews.begin_where_missing(database) for _ in range(2)] == [1, 0]
    with database.system_transaction(write=False) as session:
        assert states(session) == [DeadlineState.RUNNING]


def test_an_upgrade_passes_over_no_record_that_somebody_works_on(kept, path, database):
    forget_it(database)
    with ThreadPoolExecutor(1) as beside:
        with database.system_transaction() as session:
            session.scalars(select(Referral).with_for_update()).all()
            upgrade = beside.submit(record_reviews.begin_where_missing, database)
            assert wait([upgrade], timeout=0.5).not_done
        assert upgrade.result() == 1


def test_whatever_a_form_says_it_was_shown_with_is_read(kept, path, client_of):
    first = client_of(kept.manager).post(path, data={**TYPED, "seen": "9" * 5000})
    assert first.status_code == 303
    second = client_of(kept.manager).post(path, data={**TYPED, "seen": "9" * 5000})
    assert (second.status_code, FOUND in second.text) == (409, True)


def test_a_manager_records_it_and_no_partner_reads_it(kept, path, client_of, database):
    manager = client_of(kept.manager)
    assert "has a manager review the open record" in manager.get(path).text
    done = manager.post(path, data=TYPED)
    assert (done.status_code, done.headers["Location"]) == (303, path.removesuffix("/record-review"))
    assert FOUND in manager.get(path).text
    school = client_of(kept.referrer).get(done.headers["Location"]).text
    assert FOUND not in school
    assert "Record reviewed" not in school
    assert "review the open record" not in school
    with database.system_transaction(write=False) as session:
        done = session.scalars(select(AuditEvent).where(col(AuditEvent.action) == Action.RECORD_REVIEWED)).all()
        assert len(done) == 1


@pytest.mark.parametrize("other", [{"text": ""}, {"followed": ""}])
def test_what_is_missing_is_asked_for_and_the_rest_kept(kept, path, client_of, database, other):
    page = client_of(kept.manager).post(path, data={**TYPED, **other})
    assert page.status_code == 422
    assert "Enter what you found" in page.text or FOUND in page.text
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(TimelineEntry).where(col(TimelineEntry.kind) == RECORD_REVIEW)).all() == []


def test_whoever_comes_second_keeps_their_text_and_reads_the_first(kept, path, client_of):
    client_of(kept.manager).post(path, data=TYPED)
    second = client_of(kept.other_manager).post(path, data={**TYPED, "text": "Looks fine to me."})
    assert second.status_code == 409
    assert "Priya Nair reviewed this record on" in second.text
    assert "Looks fine to me." in second.text
    assert FOUND in second.text


def test_it_is_a_managers(kept, path, client_of):
    for person in (kept.officer, kept.case_manager, kept.safeguarding):
        assert client_of(person).post(path, data=TYPED).status_code == 403
    for person in (kept.referrer, kept.outsider):
        assert client_of(person).post(path, data=TYPED).status_code == client_of(person).get(path).status_code
    assert client_of(kept.outsider).get(path).status_code in {403, 404}
