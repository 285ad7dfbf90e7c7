"""The tick: every rung once, in the right state, to the right people, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from portal.access.roles import OrganisationKind, Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMail
from portal.organisations.models import Organisation
from portal.timescales import jobs, prompts, queries, service
from portal.timescales.models import Deadline, DeadlineRung, DeadlineState, Prompt
from portal.timescales.pauses import Pause
from portal.timescales.service import Subject
from tests.factories import people

TUESDAY_5PM = datetime(2026, 11, 24, 17, tzinfo=UTC)
THURSDAY = TUESDAY_5PM + timedelta(days=2)
FRIDAY = TUESDAY_5PM + timedelta(days=3)
REFERENCE = "KSAF-7F3K-9QRT"


class House:
    """KSAF with a triage officer and two managers, a school with two people, and what the tests ask of them."""

    def __init__(self, database, moment) -> None:
        self.database, self.moment = database, moment
        with database.system_transaction():
            ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
            school = people.add_organisation()
            self.officer = people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei")
            self.manager = people.add_person(ksaf, Role.MANAGER, "Ruth Bell")
            self.head = people.add_person(ksaf, Role.MANAGER, "Ade Cole")
            self.referrer = people.add_person(school, Role.REFERRER, "Dana Price")
            self.admin = people.add_person(school, Role.ORGANISATION_ADMIN, "Lou Marsh")
            ksaf.head_of_service_id = self.head.user_id
        self.ksaf, self.school = ksaf.id, school.id

    def begin(self, kind="acknowledge", subject=1, *, person=None):
        by, to = (self.school, self.ksaf) if kind in {"chase", "information"} else (self.ksaf, self.school)
        with self.database.system_transaction():
            service.start(
                kind, Subject("referral", subject), REFERENCE, owed_by_id=by, owed_to_id=to,
                person_id=person.user_id if person else None,
            )  # fmt: skip

    def meet(self, kind="acknowledge", subject=1):
        with self.database.transaction(tenant=self.ksaf):
            service.meet(Subject("referral", subject), kind, "Acknowledged")

    def tick(self, at=None):
        if at:
            self.moment.set(at)
        return jobs.run(self.database, self.moment.now)

    def all(self, model):
        with self.database.system_transaction(write=False) as session:
            return list(session.scalars(select(model).order_by(model.id)).all())

    def told(self, *, open_only=True):
        names = {each.user_id: each.name for each in (self.officer, self.manager, self.head, self.referrer, self.admin)}
        rows = [row for row in self.all(Prompt) if not (open_only and row.closed_at)]
        return sorted((names[row.user_id], row.kind) for row in rows)

    def mailed(self):
        names = {each.email: each.name for each in (self.officer, self.manager, self.head, self.referrer, self.admin)}
        return sorted(names[row.to_address] for row in self.all(OutboxMail))


@pytest.fixture
def house(database, moment):
    return House(database, moment)


def test_nothing_fires_early(house):
    house.begin()
    assert house.tick(TUESDAY_5PM - timedelta(hours=2, seconds=1)) == {"fired": 0, "dropped": 0, "set_aside": 0}


def test_approaching_reaches_the_triage_officers_when_it_is_on_nobody(house):
    house.begin()
    assert house.tick(TUESDAY_5PM - timedelta(hours=2))["fired"] == 1
    assert house.told() == [("Sam Osei", "acknowledge:approaching")]
    assert house.mailed() == ["Sam Osei"]


def test_a_call_back_on_nobody_reaches_the_triage_officers_while_there_is_no_adviser(house):
    house.begin("call_back")
    house.tick(TUESDAY_5PM - timedelta(hours=2))
    assert house.told() == [("Sam Osei", "call_back:approaching")]


def test_a_call_back_on_nobody_reaches_the_advisers(house):
    with house.database.system_transaction() as session:
        ksaf = session.scalars(select(Organisation).where(col(Organisation.id) == house.ksaf)).one()
        adviser = people.add_person(ksaf, Role.SUPPORT_LINE_ADVISER, "Ines Lowe")
    house.begin("call_back")
    house.tick(TUESDAY_5PM - timedelta(hours=2))
    assert [row.user_id for row in house.all(Prompt)] == [adviser.user_id]


def test_approaching_reaches_whoever_it_is_on(house):
    house.begin("decide", person=house.manager)
    house.tick(TUESDAY_5PM - timedelta(hours=2))
    assert house.told() == [("Ruth Bell", "decide:approaching")]


def test_missed_goes_to_the_managers_by_mail_and_to_the_person_in_the_portal(house):
    house.begin()
    house.tick(TUESDAY_5PM - timedelta(hours=2))
    house.tick(TUESDAY_5PM)
    assert house.all(Deadline)[0].state is DeadlineState.MISSED
    assert house.told() == [(name, "acknowledge:missed") for name in ("Ade Cole", "Ruth Bell", "Sam Osei")]
    assert house.mailed() == ["Ade Cole", "Ruth Bell", "Sam Osei"]


def test_still_missed_goes_to_the_head_of_service_a_working_day_on(house):
    house.begin()
    house.tick(TUESDAY_5PM)
    assert house.tick(TUESDAY_5PM + timedelta(hours=23))["fired"] == 0
    assert house.tick(TUESDAY_5PM + timedelta(days=1))["fired"] == 1
    assert ("Ade Cole", "acknowledge:still_missed") in house.told()


def test_without_a_head_of_service_the_managers_are_told(house):
    with house.database.system_transaction() as session:
        session.scalars(select(Organisation).where(Organisation.id == house.ksaf)).one().head_of_service_id = None
    house.begin()
    house.tick(FRIDAY)
    assert {name for name, kind in house.told() if kind == "acknowledge:still_missed"} == {"Ade Cole", "Ruth Bell"}


def fired(house) -> list[tuple[str, datetime]]:
    return [(each.rung.split()[0], each.fires_at) for each in house.all(DeadlineRung) if each.fired_at]


def test_what_is_owed_until_done_goes_on_prompting_each_further_period(house):
    """Its last prompt was closed by hand, and nobody has recorded anything since."""
    house.begin("onward_acceptance", person=house.officer)  # due in five working days, Monday 30 November
    last = TUESDAY_5PM + timedelta(days=7)
    house.tick(last)
    with house.database.system_transaction() as session:
        for each in session.scalars(select(Prompt)).all():
            each.closed_at, each.evidence = house.moment.now, "I shall ask again."
    assert house.tick(last + timedelta(days=6, hours=23))["fired"] == 0
    assert house.told() == []
    for week in (1, 2):  # a second and a third time, a working week apart
        assert house.tick(last + timedelta(weeks=week))["fired"] == 1
        assert house.told() == [(name, "onward_acceptance:again") for name in ("Ade Cole", "Ruth Bell", "Sam Osei")]
    assert [rung for rung, _ in fired(house)] == ["approaching", "missed", "still_missed", "again", "again"]
    house.meet("onward_acceptance")
    assert house.tick(last + timedelta(weeks=5))["fired"] == 0
    assert house.told() == []


def test_after_an_outage_it_prompts_again_once_and_not_for_each_period(house):
    house.begin("record_review")
    done = house.tick(TUESDAY_5PM + timedelta(weeks=30))
    assert done["fired"] == 3
    again = [each for each in house.all(DeadlineRung) if each.fired_at is None]
    assert [each.rung for each in again] == ["again"]
    assert house.moment.now < again[0].fires_at <= house.moment.now + timedelta(weeks=4, days=3)


def test_what_is_owed_once_climbs_its_ladder_once(house):
    house.begin()
    house.tick(TUESDAY_5PM + timedelta(weeks=4))
    assert [rung for rung, _ in fired(house)] == ["approaching", "missed", "still_missed"]
    assert [each for each in house.all(DeadlineRung) if each.fired_at is None] == []


def test_what_the_school_owes_climbs_the_schools_own_ladder(house):
    house.begin("information", person=house.referrer)
    house.tick(THURSDAY)
    told = [each for each in house.told() if each[1].startswith("information")]
    assert told == [("Dana Price", "information:missed"), ("Lou Marsh", "information:missed")]


def test_ksaf_hears_that_its_question_is_unanswered_while_its_own_clocks_stand_still(house):
    house.begin("decide", person=house.officer)
    house.begin("information", person=house.referrer)
    with house.database.transaction(tenant=house.ksaf):
        service.pause(Subject("referral", 1), Pause.INFORMATION)
    house.tick(THURSDAY)
    unanswered = [("Sam Osei", "question_unanswered")]
    assert [each for each in house.told() if each[1] == "question_unanswered"] == unanswered
    assert house.mailed().count("Sam Osei") == 1
    house.tick(FRIDAY)
    managers = [(name, "question_unanswered") for name in ("Ade Cole", "Ruth Bell")]
    assert [each for each in house.told() if each[1] == "question_unanswered"] == [*managers, *unanswered]
    assert house.mailed().count("Ruth Bell") == 1


def test_the_chase_is_a_prompt_with_the_managers_contact_and_then_done(house):
    house.begin("chase", person=house.referrer)
    assert house.tick(THURSDAY)["fired"] == 1
    assert house.told() == [("Dana Price", "chase:due"), ("Lou Marsh", "chase:due")]
    assert [mail.context["contact"]["name"] for mail in house.all(OutboxMail)] == ["Ruth Bell", "Ruth Bell"]
    deadline = house.all(Deadline)[0]
    assert (deadline.state, deadline.met_at, deadline.ended_at) == (DeadlineState.MET, THURSDAY, None)


def test_an_acknowledgement_closes_the_chase_that_was_prompted(house):
    house.begin("chase", person=house.referrer)
    house.tick(FRIDAY)
    with house.database.transaction(tenant=house.ksaf):
        service.cancel(Subject("referral", 1), "chase", "Sam Osei acknowledged the referral")
    assert {row.evidence for row in house.all(Prompt)} == {"Sam Osei acknowledged the referral"}
    deadline = house.all(Deadline)[0]
    assert (deadline.state, deadline.met_at, deadline.ended_at) == (DeadlineState.MET, FRIDAY, FRIDAY)
    assert house.told() == []


def test_somebody_who_has_left_is_not_prompted(house):
    house.begin("information", person=people.Person(999, "", "", 0, "", OrganisationKind.EDUCATION, Role.REFERRER))
    house.tick(THURSDAY - timedelta(hours=8))
    assert house.told() == [("Dana Price", "information:approaching")]


def test_each_rung_fires_once_however_often_it_is_ticked(house):
    house.begin()
    house.tick(FRIDAY)
    before = (len(house.all(Prompt)), len(house.all(OutboxMail)), len(house.all(AuditEvent)))
    assert house.tick(FRIDAY + timedelta(days=9))["fired"] == 0
    assert (len(house.all(Prompt)), len(house.all(OutboxMail)), len(house.all(AuditEvent))) == before


def test_each_firing_is_in_the_audit_of_who_owed_it(house):
    house.begin()
    house.tick(FRIDAY)
    fired = [event for event in house.all(AuditEvent) if event.action == Action.RUNG_FIRED]
    assert [(event.organisation_id, event.actor_id) for event in fired] == [(house.ksaf, None)] * 3


def test_a_met_deadline_never_fires(house):
    house.begin()
    house.meet()
    assert house.tick(FRIDAY) == {"fired": 0, "dropped": 0, "set_aside": 0}
    assert house.all(Prompt) == []


def test_a_missed_one_that_was_met_climbs_no_further(house):
    house.begin()
    house.tick(TUESDAY_5PM)
    house.meet()
    assert house.tick(FRIDAY)["fired"] == 0
    assert house.told() == []


def test_a_paused_one_waits(house):
    house.begin("decide")
    with house.database.transaction(tenant=house.ksaf):
        service.pause(Subject("referral", 1), Pause.INFORMATION)
    assert house.tick(FRIDAY)["fired"] == 0
    with house.database.transaction(tenant=house.school):
        service.resume(Subject("referral", 1))
    deadline = house.all(Deadline)[0]
    assert house.tick(deadline.due_at)["fired"] == 2


def test_a_prompt_about_a_paused_one_waits_with_it_and_comes_back_with_the_new_time(house):
    house.begin("decide", person=house.officer)
    house.tick(TUESDAY_5PM - timedelta(hours=2))

    def waiting():
        with house.database.transaction(tenant=house.ksaf, write=False) as session:
            return [prompt.due_at for prompt in session.scalars(queries.prompts_waiting(house.officer.actor))]

    assert waiting() == [TUESDAY_5PM]
    with house.database.transaction(tenant=house.ksaf):
        service.pause(Subject("referral", 1), Pause.INFORMATION)
    assert waiting() == []
    house.moment.set(THURSDAY)
    with house.database.transaction(tenant=house.school):
        service.resume(Subject("referral", 1))
    assert waiting() == [FRIDAY]


def test_after_an_outage_the_first_tick_fires_everything_with_its_own_due_times(house):
    for subject in range(30):
        house.begin(subject=subject)
    due = {row.id: row.fires_at for row in house.all(DeadlineRung)}
    assert house.tick(FRIDAY)["fired"] == 90
    rows = house.all(DeadlineRung)
    assert {row.id: row.fires_at for row in rows} == due
    assert {row.fired_at for row in rows} == {FRIDAY}
    assert {row.due_at for row in house.all(Prompt)} == {TUESDAY_5PM}


def test_one_that_fails_is_set_aside_and_stops_no_other(house, monkeypatch, caplog):
    for subject in range(25):
        house.begin(subject=subject)
    raise_for, failing = prompts.raise_for, house.all(Deadline)[0].id

    def broken(rung, deadline, directory, now):
        if deadline.id == failing:
            raise RuntimeError("no")
        return raise_for(rung, deadline, directory, now)

    monkeypatch.setattr(prompts, "raise_for", broken)
    assert house.tick(FRIDAY) == {"fired": 72, "dropped": 0, "set_aside": 1}  # its later rungs wait
    assert "waits for the next tick" in caplog.text
    monkeypatch.undo()
    assert jobs.run(house.database, FRIDAY)["fired"] == 3


def test_four_at_once_fire_each_rung_exactly_once(house):
    for subject in range(60):
        house.begin(subject=subject)
    house.moment.set(FRIDAY)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: jobs.run(house.database, FRIDAY), range(4)))
    counts.append(jobs.run(house.database, FRIDAY))  # whatever gave way to another is the next tick's
    assert sum(count["fired"] for count in counts) == 180
    fired = [event for event in house.all(AuditEvent) if event.action == Action.RUNG_FIRED]
    assert len(fired) == 180
    assert all(row.fired_at == FRIDAY for row in house.all(DeadlineRung))
    assert {row.state for row in house.all(Deadline)} == {DeadlineState.MISSED}


def test_a_database_that_stays_locked_leaves_the_rest_for_the_next_tick(house, monkeypatch, caplog, engine_name):
    house.begin()

    def locked(*args):
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr(jobs, "_batch", locked)
    if engine_name == "sqlite":
        assert house.tick(FRIDAY)["fired"] == 0
        assert "fires at the next tick" in caplog.text
    else:
        with pytest.raises(OperationalError):
            house.tick(FRIDAY)
    monkeypatch.undo()
    assert jobs.run(house.database, FRIDAY)["fired"] == 3


def test_a_person_and_the_tick_never_both_win(house):
    for subject in range(20):
        house.begin(subject=subject)
    house.moment.set(TUESDAY_5PM)
    with ThreadPoolExecutor(2) as pool:
        ticking = pool.submit(jobs.run, house.database, TUESDAY_5PM)
        meeting = [pool.submit(house.meet, "acknowledge", subject) for subject in range(19, -1, -1)]
        ticking.result(60)
        [each.result(60) for each in meeting]
    with house.database.system_transaction(write=False) as session:
        missed = select(DeadlineRung.deadline_id).where(
            DeadlineRung.rung == "missed", col(DeadlineRung.fired_at).is_not(None)
        )
        fired = set(session.scalars(missed).all())
    rows = house.all(Deadline)
    assert {row.id for row in rows if row.state is DeadlineState.MISSED} == fired
    assert all(row.met_at for row in rows)
    assert house.told() == []
