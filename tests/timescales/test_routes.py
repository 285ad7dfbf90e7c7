"""Prompts and timescales as people meet them: who may see and close what, and what stays on the page."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.timescales import jobs, service
from portal.timescales.models import ClosureDay, Prompt
from portal.timescales.service import Subject
from tests.factories import people

TUESDAY_5PM = datetime(2026, 11, 24, 17, tzinfo=UTC)
REFERENCE = "KSAF-7F3K-9QRT"
DONE = "Rang Ms Price; the referral is acknowledged by phone."


class Scene:
    """Two managers and an officer at KSAF, a school, and an acknowledgement that was missed on Tuesday at 5pm."""

    def __init__(self, database) -> None:
        with database.system_transaction():
            ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
            self.officer = people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei")
            self.manager = people.add_person(ksaf, Role.MANAGER, "Ruth Bell")
            self.second = people.add_person(ksaf, Role.MANAGER, "Ade Cole")
            self.administrator = people.add_person(ksaf, Role.ADMINISTRATOR)
            self.referrer = people.add_person(school, Role.REFERRER, "Dana Price")
            for kind, by, to in (("acknowledge", ksaf, school), ("chase", school, ksaf)):
                service.start(kind, Subject("referral", 1), REFERENCE, owed_by_id=by.id, owed_to_id=to.id)
        self.database = database
        jobs.run(database, TUESDAY_5PM)

    def all(self, model):
        with self.database.system_transaction(write=False) as session:
            return list(session.scalars(select(model)).all())

    def address(self, person) -> str:
        return next(
            f"/prompts/{row.key}" for row in self.all(Prompt) if row.user_id == person.user_id and not row.closed_at
        )


@pytest.fixture
def scene(app, database, moment):
    made = Scene(database)
    moment.set(TUESDAY_5PM)
    return made


def test_a_prompt_says_what_why_and_who_else(scene, client_of):
    page = client_of(scene.manager).get(scene.address(scene.manager))
    assert page.status_code == 200
    for words in (
        "Missed: acknowledge the referral",
        "missed today at 5pm",
        "Ade Cole, Sam Osei",
        f"/referrals/{REFERENCE}",
    ):
        assert words in page.text


def test_the_count_of_what_waits_is_on_every_page(scene, client_of):
    assert ">(1)</span>" in client_of(scene.manager).get("/timescales").text


@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_elses_prompt_is_not_there(scene, client_of, method):
    for person in (scene.officer, scene.second, scene.referrer):
        foreign = getattr(client_of(person), method)(scene.address(scene.manager), data={"evidence": DONE})
        missing = getattr(client_of(person), method)("/prompts/no-such-prompt-at-all", data={"evidence": DONE})
        assert (foreign.status_code, missing.status_code) == (404, 404)


def test_closing_needs_evidence(scene, client_of):
    page = client_of(scene.manager).post(scene.address(scene.manager), data={"evidence": "  "})
    assert page.status_code == 422
    assert "Say what was done and who was reached" in page.text
    assert "<title>Error: " in page.text.replace("\n", "").replace("  ", "")


def test_evidence_that_is_too_long_is_kept_on_the_page(scene, client_of):
    page = client_of(scene.manager).post(scene.address(scene.manager), data={"evidence": "word " * 300})
    assert page.status_code == 422
    assert ("word " * 300).strip() in page.text


def test_closing_closes_it_for_everyone_that_rung_told(scene, client_of):
    second = scene.address(scene.second)
    assert client_of(scene.manager).post(scene.address(scene.manager), data={"evidence": DONE}).status_code == 303
    rows = [row for row in scene.all(Prompt) if row.kind == "acknowledge:missed"]
    assert {(row.closed_by_id, row.evidence) for row in rows} == {(scene.manager.user_id, DONE)}
    late = client_of(scene.second).post(second, data={"evidence": "Me too"})
    assert late.status_code == 409
    assert "Ruth Bell closed this on Tuesday 24 November 2026 at 5pm" in late.text
    assert DONE in client_of(scene.second).get(second).text
    assert [event.action for event in scene.all(AuditEvent)].count(Action.PROMPT_CLOSED) == 1


def test_the_chase_shows_the_managers_contact(scene, client_of, moment):
    moment.set(datetime(2026, 11, 26, 17, tzinfo=UTC))
    jobs.run(scene.database, moment.now)
    page = client_of(scene.referrer).get(scene.address(scene.referrer))
    assert "you can chase it now" in page.text
    assert "Ruth Bell" in page.text
    assert scene.manager.email in page.text


def test_everyone_reads_the_timescales_with_their_sources(scene, client_of):
    page = client_of(scene.referrer).get("/timescales")
    assert page.status_code == 200
    for words in ("Acknowledge the referral", "3 working days", "22 November 2026", "Working Together 2018"):
        assert words in page.text
    assert "Add a closure day" not in page.text


def test_received_then_due_when(scene, client_of):
    address = "/timescales?received_day=18&received_day=12&received_day=2026&received_time=22%3A30"
    page = client_of(scene.referrer).get(address)
    assert page.status_code == 200
    assert "acknowledge the referral: by Monday 21 December 2026 at 5pm" in page.text
    assert "the outcome in writing: by Tuesday 29 December 2026 at 5pm" in page.text


def test_a_time_that_is_none_is_asked_for_again(scene, client_of):
    page = client_of(scene.referrer).get(
        "/timescales?received_day=31&received_day=2&received_day=2026&received_time=25"
    )
    assert page.status_code == 422
    assert 'value="31"' in page.text
    assert "Enter a date such as 24 12 2026" in page.text
    assert "Enter a time such as 10:30" in page.text


@pytest.mark.parametrize("year", ["9999", "1", "-4", "99999"])
def test_a_year_beyond_any_calendar_is_asked_for_again(scene, client_of, year):
    page = client_of(scene.referrer).get(
        f"/timescales?received_day=31&received_day=12&received_day={year}&received_time=10%3A30"
    )
    assert page.status_code == 422


def test_an_administrator_adds_and_removes_a_closure_day(scene, client_of):
    client = client_of(scene.administrator)
    asked = {"day": ["29", "12", "2026"], "reason": "Christmas closure"}
    assert client.post("/timescales/closure-days", data=asked).status_code == 303
    assert "Tuesday 29 December 2026" in client.get("/timescales").text
    assert "was closed on" in client.post("/timescales/closure-days", data=asked, follow_redirects=True).text
    assert client.post("/timescales/closure-days/remove", data={"day": "2026-12-29"}).status_code == 303
    assert scene.all(ClosureDay) == []
    actions = [event.action for event in scene.all(AuditEvent)]
    assert (actions.count(Action.CLOSURE_ADDED), actions.count(Action.CLOSURE_REMOVED)) == (1, 1)


def test_a_closure_day_needs_a_day_and_a_reason(scene, client_of):
    page = client_of(scene.administrator).post(
        "/timescales/closure-days", data={"day": ["31", "2", "2026"], "reason": ""}
    )
    assert page.status_code == 422
    assert "Say why KSAF is closed" in page.text
    assert 'value="31"' in page.text


@pytest.mark.parametrize("day", ["2026-12-29", "tomorrow", ""])
def test_a_day_that_is_not_closed_cannot_be_opened(scene, client_of, day):
    assert client_of(scene.administrator).post("/timescales/closure-days/remove", data={"day": day}).status_code == 404


@pytest.mark.parametrize("address", ["/timescales/closure-days", "/timescales/closure-days/remove"])
def test_only_administrators_change_closure_days(scene, client_of, address):
    for person in (scene.manager, scene.officer, scene.referrer):
        assert client_of(person).post(address, data={"day": "2026-12-29"}).status_code == 403
