"""A prompt put off comes back in time, and one that is given away is always somebody's."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.notifications.models import OutboxMail
from portal.timescales import jobs, later, news, recipients, service
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.later import Later
from portal.timescales.models import Deadline, Prompt
from portal.timescales.news import News
from portal.timescales.service import Subject
from tests.factories import people

TUESDAY_5PM = datetime(2026, 11, 24, 17, tzinfo=UTC)
WEDNESDAY_9AM = datetime(2026, 11, 25, 9, tzinfo=UTC)
REFERENCE = "KSAF-7F3K-9QRT"
CALENDAR = WorkingCalendar.for_england({})
WHY = "Ms Price rings back tomorrow morning"


def test_three_times_are_offered_on_a_working_morning():
    monday = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert later.choices(CALENDAR, monday, None, urgent=False) == {
        Later.TODAY: monday + timedelta(hours=2),
        Later.TOMORROW: datetime(2026, 11, 24, 9, tzinfo=UTC),
        Later.NEXT_WEEK: datetime(2026, 11, 30, 9, tzinfo=UTC),
    }


def test_one_time_is_offered_once():
    friday = datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert later.choices(CALENDAR, friday, None, urgent=False) == {
        Later.TODAY: friday + timedelta(hours=2),
        Later.TOMORROW: datetime(2026, 11, 30, 9, tzinfo=UTC),
    }


@given(
    st.integers(min_value=0, max_value=17_000).map(
        lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    ),
    st.none() | st.integers(min_value=-500, max_value=500),
    st.booleans(),
)
def test_nothing_is_put_off_past_what_it_is_about(now, hours, urgent):
    due = None if hours is None else now + timedelta(hours=hours)
    for at in later.choices(CALENDAR, now, due, urgent=urgent).values():
        assert at > now
        assert due is None or due <= now or at < due
        assert not urgent or at <= max(CALENDAR.next_opening(now), now + later.A_WHILE)


class Scene:
    """An acknowledgement missed on Tuesday at 5pm: two managers are told, and the officer in the portal alone."""

    def __init__(self, database) -> None:
        with database.system_transaction():
            ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
            self.officer = people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei")
            self.other = people.add_person(ksaf, Role.TRIAGE_OFFICER, "Leila Haddad")
            self.adviser = people.add_person(ksaf, Role.SUPPORT_LINE_ADVISER, "Tess Bright")
            self.manager = people.add_person(ksaf, Role.MANAGER, "Ruth Bell")
            self.referrer = people.add_person(school, Role.REFERRER, "Dana Price")
            subject = Subject("referral", 1)
            service.start("acknowledge", subject, REFERENCE, owed_by_id=ksaf.id, owed_to_id=school.id)
        self.database = database
        jobs.run(database, TUESDAY_5PM)

    def all(self, model):
        with self.database.system_transaction(write=False) as session:
            return list(session.scalars(select(model).order_by(model.id)).all())

    def waits_for(self, person) -> list[Prompt]:
        return [row for row in self.all(Prompt) if row.user_id == person.user_id and not row.closed_at]

    def address(self, person) -> str:
        return f"/prompts/{self.waits_for(person)[0].key}"


@pytest.fixture
def scene(app, database, moment):
    made = Scene(database)
    moment.set(TUESDAY_5PM)
    return made


def test_put_off_it_leaves_the_list_and_comes_back_by_itself(scene, client_of, moment):
    client, address = client_of(scene.manager), scene.address(scene.manager)
    done = client.post(f"{address}/later", data={"until": "tomorrow", "why": WHY})
    assert done.status_code == 303
    assert ">(0)</span>" in client.get("/timescales").text
    listed = client.get("/prompts").text
    assert WHY in listed
    assert "comes back on Wednesday 25 November 2026 at 9am" in listed
    assert "It comes back on Wednesday" not in client.get("/prompts").text
    moment.set(WEDNESDAY_9AM - timedelta(minutes=1))
    client = client_of(scene.manager)
    assert ">(0)</span>" in client.get("/timescales").text
    moment.set(WEDNESDAY_9AM)
    assert ">(1)</span>" in client.get("/timescales").text
    assert "Nothing is put off" in client.get("/prompts").text


def test_it_is_put_off_for_one_person_alone(scene, client_of):
    client_of(scene.manager).post(f"{scene.address(scene.manager)}/later", data={"until": "tomorrow", "why": WHY})
    assert ">(1)</span>" in client_of(scene.officer).get("/timescales").text


def test_it_can_be_brought_back_at_once(scene, client_of):
    client, address = client_of(scene.manager), scene.address(scene.manager)
    client.post(f"{address}/later", data={"until": "today", "why": WHY})
    assert "Put off until" in client.get(address).text
    assert client.post(f"{address}/back").status_code == 303
    assert ">(1)</span>" in client.get("/timescales").text


@pytest.mark.parametrize("typed", [{"why": WHY}, {"until": "next-week", "why": WHY}, {"until": "tomorrow", "why": " "}])
def test_a_time_that_is_offered_and_a_reason_are_needed(scene, client_of, typed):
    """What is missed is not put off until next week."""
    page = client_of(scene.manager).post(f"{scene.address(scene.manager)}/later", data=typed)
    assert page.status_code == 422
    assert '<details class="govuk-details" open>' in page.text
    assert typed["why"].strip() in page.text
    assert [row.put_off_until for row in scene.waits_for(scene.manager)] == [None]


def test_what_is_closed_is_neither_put_off_nor_given(scene, client_of):
    client, address = client_of(scene.officer), scene.address(scene.officer)
    client_of(scene.manager).post(scene.address(scene.manager), data={"evidence": "Rang the school"})
    for verb, typed in (
        ("later", {"until": "today", "why": WHY}),
        ("back", {}),
        ("give", {"colleague": str(scene.other.user_id)}),
    ):
        late = client.post(f"{address}/{verb}", data=typed)
        assert late.status_code == 409, verb
        assert "Ruth Bell closed this on Tuesday 24 November 2026 at 5pm" in late.text


def test_given_to_a_colleague_it_waits_for_them_and_so_does_the_deadline(scene, client_of):
    before = len(scene.all(OutboxMail))
    given_to = {"colleague": str(scene.other.user_id)}
    # The officers hold it both: whoever has it already gets no second one.
    assert client_of(scene.officer).post(f"{scene.address(scene.officer)}/give", data=given_to).status_code == 303
    assert [len(scene.waits_for(each)) for each in (scene.officer, scene.other)] == [0, 1]
    assert [row.person_id for row in scene.all(Deadline)] == [scene.other.user_id]
    assert len(scene.all(OutboxMail)) == before
    given_to = {"colleague": str(scene.manager.user_id)}
    client_of(scene.other).post(f"{scene.address(scene.other)}/give", data=given_to)
    assert [len(scene.waits_for(each)) for each in (scene.officer, scene.other, scene.manager)] == [0, 0, 1]


def test_given_back_it_is_open_again_and_told_by_mail(scene, client_of):
    client_of(scene.officer).post(f"{scene.address(scene.officer)}/give", data={"colleague": str(scene.other.user_id)})
    before = len(scene.all(OutboxMail))
    client_of(scene.other).post(f"{scene.address(scene.other)}/give", data={"colleague": str(scene.officer.user_id)})
    assert [len(scene.waits_for(each)) for each in (scene.officer, scene.other)] == [1, 0]
    told = scene.all(OutboxMail)[before:]
    assert [mail.to_address for mail in told] == [scene.officer.email]


@pytest.mark.parametrize("who", ["adviser", "referrer", "officer"])
def test_only_a_colleague_who_may_do_it_is_offered(scene, client_of, who):
    client, address = client_of(scene.officer), scene.address(scene.officer)
    person = getattr(scene, who)
    assert f'value="{person.user_id}"' not in client.get(address).text
    refused = client.post(f"{address}/give", data={"colleague": str(person.user_id)})
    assert refused.status_code == 422
    assert len(scene.waits_for(scene.officer)) == 1


def test_what_happens_again_brings_it_back(scene, client_of):
    """Somebody put off what they knew, not what they have yet to learn."""
    told = recipients.Member(scene.officer.user_id, "Sam Osei", scene.officer.email, None, Role.TRIAGE_OFFICER)
    where = {"organisation_id": scene.officer.organisation_id}
    with scene.database.system_transaction():
        news.tell(News.RISK_CHANGED, REFERENCE, [told], **where)
    [prompt] = [row for row in scene.waits_for(scene.officer) if row.kind == News.RISK_CHANGED]
    client_of(scene.officer).post(f"/prompts/{prompt.key}/later", data={"until": "tomorrow", "why": WHY})
    assert "comes back on" in client_of(scene.officer).get("/prompts").text
    with scene.database.system_transaction():
        news.tell(News.RISK_CHANGED, REFERENCE, [told], **where)
    assert "Nothing is put off" in client_of(scene.officer).get("/prompts").text
    assert [row.put_off_until for row in scene.waits_for(scene.officer) if row.kind == News.RISK_CHANGED] == [None]


def test_given_to_somebody_who_had_put_it_off_it_waits_for_them(scene, client_of):
    client_of(scene.other).post(f"{scene.address(scene.other)}/later", data={"until": "tomorrow", "why": WHY})
    assert ">(0)</span>" in client_of(scene.other).get("/timescales").text
    client_of(scene.officer).post(f"{scene.address(scene.officer)}/give", data={"colleague": str(scene.other.user_id)})
    assert ">(1)</span>" in client_of(scene.other).get("/timescales").text
