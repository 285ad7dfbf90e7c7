"""The list as a file: the same rows as the page's, for those who answer for it, and taking it is an event."""

import csv
import io
import json

import pytest
from sqlmodel import select

from portal.access.roles import Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent, AuditPayload
from portal.referrals import export
from portal.web import spreadsheet
from tests.factories import people, referrals


@pytest.fixture
def school(database, moment):
    with database.transaction():
        return people.add_organisation(name="Larkfield Vale Academy")


@pytest.fixture
def admin(database, school):
    with database.transaction():
        return people.add_person(school, Role.ORGANISATION_ADMIN)


def sent(database, moment, person, given):
    moment.advance(minutes=1)
    with database.transaction() as session:
        made = referrals.sent(person)
        made.child_given_name, made.child_given_key = given, given.lower()
        session.flush()
    return made.reference


def rows_of(answer):
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_file_holds_every_row_that_the_page_would_page_through(client_of, database, moment, admin, monkeypatch):
    monkeypatch.setattr(spreadsheet, "BATCH", 2)
    references = [sent(database, moment, admin, f"Amira{number}") for number in range(5)]
    answer = client_of(admin).get("/referrals/export")
    head, *rows = rows_of(answer)
    assert head == list(export.HEADER)
    assert [row[1] for row in rows] == references[::-1]
    assert [row[0].split()[0] for row in rows] == [f"Amira{number}" for number in reversed(range(5))]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="referrals-2026-11-23.csv"'


def test_the_file_is_narrowed_as_the_page_is_whatever_page_it_shows(client_of, database, moment, admin):
    wanted = [sent(database, moment, admin, "Noor") for _ in range(2)]
    sent(database, moment, admin, "Amira")
    page = client_of(admin).get("/referrals?q=noor").text
    assert "/referrals/export?q=noor" in page
    _, *rows = rows_of(client_of(admin).get("/referrals/export?q=noor"))
    assert {row[1] for row in rows} == set(wanted)


def test_a_foreign_row_is_in_no_file(client_of, database, moment, admin):
    with database.transaction():
        other = people.add_person(people.add_organisation(name="Harbour Steps"), Role.ORGANISATION_ADMIN)
    sent(database, moment, other, "Canary")
    assert len(rows_of(client_of(admin).get("/referrals/export"))) == 1
    assert len(rows_of(client_of(other).get("/referrals/export"))) == 2


def test_what_a_spreadsheet_would_run_is_text(client_of, database, moment, admin):
    sent(database, moment, admin, "=SUM(A1)")
    _, row = rows_of(client_of(admin).get("/referrals/export"))
    assert row[0].startswith("'=SUM(A1)")


def test_taking_the_list_is_one_event_that_says_how_it_was_narrowed(client_of, database, moment, admin):
    sent(database, moment, admin, "Noor")
    client_of(admin).get("/referrals/export?q=noor").get_data()
    with database.system_transaction(write=False) as session:
        found = session.execute(
            select(AuditEvent, AuditPayload)
            .join(AuditPayload, AuditPayload.event_id == AuditEvent.id)
            .where(AuditEvent.action == Action.REFERRALS_EXPORTED)
        ).all()
    [(event, payload)] = found
    assert event.actor_id == admin.user_id
    assert "noor" not in json.dumps(payload.detail)
    assert payload.detail["narrowed_by"] == ["q"]


@pytest.mark.parametrize("role", [Role.REFERRER, Role.VIEWER])
def test_only_who_answers_for_the_organisation_takes_all_of_it(client_of, database, school, role):
    with database.transaction():
        person = people.add_person(school, role)
    assert client_of(person).get("/referrals/export").status_code == 403
    assert "/referrals/export" not in client_of(person).get("/referrals").text
