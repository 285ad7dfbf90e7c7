"""While somebody is away what waits for them waits for their deputy too, and for nobody who could not open it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import MailRhythm, Membership
from portal.notifications.models import OutboxMail
from portal.organisations.models import Organisation
from portal.timescales import jobs, service
from portal.timescales.away import may_stand_in
from portal.timescales.models import Absence, Prompt
from portal.timescales.recipients import Member
from portal.timescales.service import Subject
from tests.factories import people

MONDAY = date(2026, 11, 23)
TUESDAY_5PM = datetime(2026, 11, 24, 17, tzinfo=UTC)
REFERENCE = "KSAF-7F3K-9QRT"


def member(role, user_id=2):
    return Member(user_id, "Somebody", "somebody@ksaf.example", None, role)


@pytest.mark.parametrize(
    ("person", "deputy", "may"),
    [
        (Role.TRIAGE_OFFICER, Role.TRIAGE_OFFICER, True),
        (Role.TRIAGE_OFFICER, Role.MANAGER, True),
        (Role.TRIAGE_OFFICER, Role.SUPPORT_LINE_ADVISER, False),
        (Role.SAFEGUARDING_TEAM, Role.ADMINISTRATOR, False),
        (Role.FAMILY_OUTREACH_PRACTITIONER, Role.FAMILY_OUTREACH_PRACTITIONER, False),
        (Role.FAMILY_OUTREACH_PRACTITIONER, Role.CASE_MANAGER, True),
        (Role.MANAGER, Role.CASE_MANAGER, False),
        (Role.ORGANISATION_ADMIN, Role.REFERRER, True),
        (Role.REFERRER, Role.VIEWER, False),
    ],
)
def test_whoever_stands_in_can_open_what_waits(person, deputy, may):
    assert may_stand_in(member(deputy), member(person, 1)) is may


def test_nobody_stands_in_for_themselves():
    assert not may_stand_in(member(Role.MANAGER), member(Role.MANAGER))


class Scene:
    """An acknowledgement that is on one of two officers; a manager; a school."""

    def __init__(self, database) -> None:
        with database.system_transaction():
            ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
            self.officer = people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei")
            self.other = people.add_person(ksaf, Role.TRIAGE_OFFICER, "Leila Haddad")
            self.adviser = people.add_person(ksaf, Role.SUPPORT_LINE_ADVISER, "Tess Bright")
            self.manager = people.add_person(ksaf, Role.MANAGER, "Ruth Bell")
            self.referrer = people.add_person(school, Role.REFERRER, "Dana Price")
            subject = Subject("referral", 1)
            person = {"person_id": self.officer.user_id}
            service.start("acknowledge", subject, REFERENCE, owed_by_id=ksaf.id, owed_to_id=school.id, **person)
        self.database = database

    def all(self, model):
        with self.database.system_transaction(write=False) as session:
            return list(session.scalars(select(model).order_by(model.id)).all())

    def form(self, person, deputy, first=MONDAY, last=MONDAY + timedelta(days=4)):
        days = {
            f"{name}_day": [str(day.day), str(day.month), str(day.year)]
            for name, day in (("first", first), ("last", last))
        }
        return {"person": str(person.user_id), "deputy": str(deputy.user_id), **days}


@pytest.fixture
def scene(app, database, moment):
    return Scene(database)


def test_it_waits_for_the_deputy_too_and_they_are_told_by_mail(scene, client_of, moment):
    assert client_of(scene.officer).post("/away", data=scene.form(scene.officer, scene.other)).status_code == 303
    jobs.run(scene.database, TUESDAY_5PM)
    moment.set(TUESDAY_5PM)
    deputy = client_of(scene.other)
    home = deputy.get("/").text
    assert "for Sam Osei, who is away" in home
    assert ">(1)</span>" in home
    [prompt] = [row for row in scene.all(Prompt) if row.user_id == scene.officer.user_id and not row.closed_at]
    page = deputy.get(f"/prompts/{prompt.key}").text
    assert "Sam Osei is away, and you stand in." in page
    told = [mail.to_address for mail in scene.all(OutboxMail)]
    assert scene.other.email in told
    assert client_of(scene.officer).get(f"/prompts/{prompt.key}").status_code == 200
    assert client_of(scene.adviser).get(f"/prompts/{prompt.key}").status_code == 404
    assert deputy.post(f"/prompts/{prompt.key}", data={"evidence": "Rang the school"}).status_code == 303
    assert ">(0)</span>" in deputy.get("/timescales").text


def test_what_the_deputy_has_themselves_is_shown_once(scene, client_of, moment):
    """Both managers are told of what is missed; one stands in for the other."""
    with scene.database.system_transaction() as session:
        ksaf = session.get(Organisation, scene.manager.organisation_id)
        second = people.add_person(ksaf, Role.MANAGER, "Ade Cole")
    client_of(scene.manager).post("/away", data=scene.form(scene.manager, second))
    jobs.run(scene.database, TUESDAY_5PM)
    moment.set(TUESDAY_5PM)
    assert ">(1)</span>" in client_of(second).get("/timescales").text


@pytest.mark.parametrize("who", ["officer", "other"])
def test_a_deputy_of_another_role_since_sees_and_hears_nothing(scene, client_of, moment, who):
    """Nor does anybody stand in for a person whose role has changed to one they may not do."""
    client_of(scene.officer).post("/away", data=scene.form(scene.officer, scene.other))
    with scene.database.system_transaction() as session:
        changed = select(Membership).where(Membership.user_id == getattr(scene, who).user_id)
        session.scalars(changed).one().role = Role.SAFEGUARDING_TEAM if who == "officer" else Role.SUPPORT_LINE_ADVISER
    jobs.run(scene.database, TUESDAY_5PM)
    moment.set(TUESDAY_5PM)
    prompt = next(row for row in scene.all(Prompt) if row.user_id == scene.officer.user_id and not row.closed_at)
    assert client_of(scene.other).get(f"/prompts/{prompt.key}").status_code == 404
    assert "for Sam Osei" not in client_of(scene.other).get("/").text
    assert scene.other.email not in [mail.to_address for mail in scene.all(OutboxMail)]


def test_it_ends_by_itself_and_can_be_ended(scene, client_of, moment):
    client_of(scene.officer).post("/away", data=scene.form(scene.officer, scene.other))
    jobs.run(scene.database, TUESDAY_5PM)
    moment.set(TUESDAY_5PM)
    assert ">(1)</span>" in client_of(scene.other).get("/timescales").text
    [absence] = scene.all(Absence)
    assert client_of(scene.other).post(f"/away/{absence.key}/end").status_code == 404
    assert client_of(scene.officer).post(f"/away/{absence.key}/end").status_code == 303
    assert ">(0)</span>" in client_of(scene.other).get("/timescales").text
    client_of(scene.officer).post("/away", data=scene.form(scene.officer, scene.other, first=date(2026, 11, 24)))
    assert ">(1)</span>" in client_of(scene.other).get("/timescales").text
    moment.set(datetime(2026, 11, 28, 9, tzinfo=UTC))
    assert ">(0)</span>" in client_of(scene.other).get("/timescales").text


def test_a_manager_says_it_for_somebody_who_is_ill(scene, client_of):
    assert client_of(scene.manager).post("/away", data=scene.form(scene.officer, scene.other)).status_code == 303
    assert "Sam Osei" in client_of(scene.other).get("/away").text
    assert "Sam Osei" not in client_of(scene.adviser).get("/away").text


@pytest.mark.parametrize(
    ("who", "typed", "told"),
    [
        ("adviser", {}, "Not a valid choice"),
        ("manager", {"person": "manager"}, "cannot open what waits for Ruth Bell"),
        ("manager", {"last": MONDAY - timedelta(days=1), "first": MONDAY}, "on or after the first"),
        ("manager", {"first": date(2026, 11, 1), "last": date(2026, 11, 2)}, "That is over"),
        ("manager", {"last": date(2028, 1, 1)}, "hand the work over"),
    ],
)
def test_what_makes_no_sense_is_said_and_kept(scene, client_of, who, typed, told):
    """Only whoever manages says it of others."""
    days = {name: day for name, day in typed.items() if name in ("first", "last")}
    form = scene.form(getattr(scene, typed.get("person", "officer")), scene.other, **days)
    page = client_of(getattr(scene, who)).post("/away", data=form)
    assert page.status_code == 422
    assert told in page.text
    assert scene.all(Absence) == []


def test_what_can_wait_is_left_for_the_summary_and_what_is_urgent_is_not(scene, client_of):
    client_of(scene.officer).post("/account/mail", data={"rhythm": MailRhythm.DAILY})
    client_of(scene.manager).post("/account/mail", data={"rhythm": MailRhythm.WEEKLY})
    jobs.run(scene.database, TUESDAY_5PM - timedelta(minutes=30))  # due soon: it can wait
    assert [row.kind for row in scene.all(Prompt)] == ["acknowledge:approaching"]
    assert scene.all(OutboxMail) == []
    jobs.run(scene.database, TUESDAY_5PM)  # missed: it cannot
    assert [mail.to_address for mail in scene.all(OutboxMail)] == [scene.manager.email]
