import pytest
from sqlmodel import select

from portal import clock, db, tenancy
from portal.audit.actions import Action
from portal.audit.models import AuditEvent, AuditPayload
from portal.cases import allocation, queries, service
from portal.consent.models import ConsentEvent, Position
from portal.notifications.models import OutboxMail
from portal.referrals.models import Referral, TimelineEntry
from portal.referrals.rules import State
from portal.timescales.models import Deadline, DeadlineState
from portal.web.errors import SomeoneWasFirstError
from tests.cases.conftest import accepted, choice, in_support


def deadlines(referral) -> list[Deadline]:
    wanted = select(Deadline).where(Deadline.reference == referral.reference).order_by(Deadline.due_at)
    return list(db.session().scalars(wanted))


def mails(template: str) -> list[OutboxMail]:
    with tenancy.as_system(db.session()):
        return list(db.session().scalars(select(OutboxMail).where(OutboxMail.template == template)))


def test_allocating_opens_the_case_with_its_five_weeks(helped):
    referral, case = in_support(helped)
    assert referral.state is State.IN_SUPPORT
    assert (referral.case_manager_name, referral.practitioner_name) == ("Anika Rao", "Jo Pemberton")
    assert (referral.case_manager_id, referral.practitioner_id) == (case.case_manager_id, case.practitioner_id)
    assert (referral.support_starts_on, referral.support_weeks) == (case.starts_on, 5)
    weeks = queries.weeks_of(helped.case_manager.actor, case)
    assert [week.number for week in weeks] == [1, 2, 3, 4, 5]
    assert all(week.starts_on.weekday() == 0 for week in weeks)


def test_allocating_starts_what_is_owed_in_the_weeks(helped):
    referral, case = in_support(helped)
    found = deadlines(referral)
    owed = [each for each in found if each.ended_at is None and each.kind != "record_review"]
    updates = [each for each in owed if each.kind == "weekly_update"]
    weeks = queries.weeks_of(helped.case_manager.actor, case)
    assert [(each.subject_type, each.subject_id, each.week) for each in updates] == [
        ("case_week", week.id, week.number) for week in weeks
    ]
    assert [each.due_at for each in updates] == [week.due_at for week in weeks]
    assert {each.person_id for each in updates} == {helped.practitioner.user_id}
    assert {(each.owed_by_id, each.owed_to_id) for each in owed} == {
        (helped.manager.actor.organisation_id, referral.organisation_id)
    }
    rest = {each.kind: each for each in owed if each.kind != "weekly_update"}
    assert set(rest) == {"week_4_review", "completion_summary"}
    assert {(each.subject_type, each.subject_id) for each in rest.values()} == {("support_case", case.id)}
    assert rest["week_4_review"].due_at == weeks[3].due_at
    assert rest["completion_summary"].started_at == weeks[4].due_at < rest["completion_summary"].due_at
    assert (referral.next_due_kind, referral.next_due_at) == ("weekly_update", weeks[0].due_at)
    assert next(each for each in found if each.kind == "allocate").state is DeadlineState.MET


def test_everyone_concerned_is_told_and_it_is_on_record(helped):
    referral, _ = in_support(helped)
    assert [mail.to_address for mail in mails("cases/allocated")] == [helped.referrer.email]
    # The case manager allocated it to herself, and knows.
    assert [mail.to_address for mail in mails("cases/given")] == [helped.practitioner.email]
    entries = db.session().scalars(select(TimelineEntry).where(TimelineEntry.referral_id == referral.id)).all()
    assert "Jo Pemberton" in entries[-1].body
    with tenancy.as_system(db.session()):
        event = db.session().scalars(select(AuditEvent).where(AuditEvent.action == Action.CASE_ALLOCATED)).one()
        kept = db.session().get(AuditPayload, event.id)
    assert kept.detail["practitioner_id"] == helped.practitioner.user_id


def test_the_second_to_allocate_changes_nothing(helped):
    referral, case = in_support(helped)
    with pytest.raises(SomeoneWasFirstError):
        service.allocate(helped.manager.actor, referral, choice(helped, monday=2))
    assert referral.support_starts_on == case.starts_on
    assert len(mails("cases/allocated")) == 1


def test_loads_count_open_cases_and_put_the_freest_first(helped):
    for _ in range(2):
        in_support(helped)
    _, ended = in_support(helped)
    ended.ended_at = clock.now()
    db.session().flush()
    offered = allocation.choices(helped.case_manager.actor)
    people = [(each.member.name, each.load) for each in offered.practitioners]
    assert people == [("Lee Marlow", "No families"), ("Jo Pemberton", "2 families")]
    assert [each.member.name for each in offered.managers] == ["Owen Pritchard", "Priya Nair", "Anika Rao"]


def test_loads_are_nobodys_but_ksafs(helped):
    in_support(helped)
    tenancy.enter(db.session(), helped.outsider.organisation_id)
    assert not any(each.open_cases for each in allocation.choices(helped.case_manager.actor).practitioners)


# --- through the web


@pytest.fixture
def waiting(database, kept) -> Referral:
    with database.transaction():
        return accepted(kept)


def typed(kept, database, **other) -> dict[str, str]:
    with database.transaction(tenant=kept.manager.organisation_id):
        monday = choice(kept).starts_on.isoformat()
    chosen = {"manager": str(kept.case_manager.user_id), "practitioner": str(kept.practitioner.user_id)}
    return {**chosen, "starts_on": monday, **other}


def test_a_case_manager_allocates_and_the_school_reads_who_helps(client_of, kept, database, waiting):
    page = f"/referrals/{waiting.reference}"
    client = client_of(kept.case_manager)
    assert f"{page}/allocate" in client.get(page).text
    shown = client.get(f"{page}/allocate").text
    assert "No families now" in shown
    assert "The five weeks end on" in shown
    data = typed(kept, database, request_key="once")
    answers = [client.post(f"{page}/allocate", data=data) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, page)] * 2
    read = client_of(kept.referrer).get(page).text
    assert "KSAF case manager" in read
    assert "Jo Pemberton" in read
    assert client_of(kept.practitioner).get(f"{page}/support").status_code == 200
    assert client_of(kept.other_practitioner).get(page).status_code == 404
    assert client.get(f"{page}/allocate").status_code == 303


def test_what_is_missing_or_no_longer_offered_is_asked_again_with_the_rest_kept(client_of, kept, database, waiting):
    client, address = client_of(kept.manager), f"/referrals/{waiting.reference}/allocate"
    for wrong in ({"practitioner": str(kept.officer.user_id)}, {"starts_on": "2026-01-01"}, {"manager": ""}):
        data = typed(kept, database, **wrong)
        answer = client.post(address, data=data)
        assert answer.status_code == 422
        assert answer.text.count(" checked") == 2
        assert "There is something to put right" in answer.text


def test_the_second_person_is_told_that_somebody_was_first(client_of, kept, database, waiting):
    address = f"/referrals/{waiting.reference}/allocate"
    assert client_of(kept.case_manager).post(address, data=typed(kept, database)).status_code == 303
    late = client_of(kept.manager).post(address, data=typed(kept, database))
    assert late.status_code == 409
    assert "Someone was first" in late.text
    assert late.text.count(" checked") == 3


def test_who_may_not_allocate(client_of, kept, waiting):
    address = f"/referrals/{waiting.reference}/allocate"
    for person, status in ((kept.referrer, 403), (kept.officer, 403), (kept.outsider, 404)):
        client = client_of(person)
        assert (client.get(address).status_code, client.post(address).status_code) == (status, status)


def test_nobody_is_named_for_a_family_that_has_changed_its_mind(client_of, kept, database, waiting):
    with database.transaction() as session, tenancy.as_system(session):
        agreed = session.scalars(select(ConsentEvent).where(ConsentEvent.purpose == "ksaf_support")).first()
        session.add(ConsentEvent(**agreed.model_dump(exclude={"id", "position"}), position=Position.WITHDRAWN))
    address = f"/referrals/{waiting.reference}/allocate"
    refused = client_of(kept.manager).post(address, data=typed(kept, database))
    assert refused.status_code == 422
    assert "does not agree to support now" in refused.text
    assert refused.text.count(" checked") == 3
    assert client_of(kept.referrer).get(f"/referrals/{waiting.reference}/support").status_code == 404
