import re

import pytest
from sqlmodel import func, select

from portal import tables
from portal.access.roles import OrganisationKind, Role
from portal.organisations import contacts
from portal.referrals.form import before_you_start
from portal.referrals.models import Referral
from tests.factories import people
from tests.factories.forms import READY

DANGER = {"immediate_risk": "yes", "risk_area": "medway"}


@pytest.fixture
def world(database, moment):
    """A school with a writer, a viewer and an admin; another that has accepted nothing; a councillor."""
    with database.transaction():
        school, silent = people.add_organisation(), people.add_organisation(agreed=False)
        councillor = people.add_organisation(OrganisationKind.COUNCILLOR)
        return {
            "writer": people.add_person(school),
            "viewer": people.add_person(school, Role.VIEWER),
            "unagreed": people.add_person(silent),
            "admin": people.add_person(silent, Role.ORGANISATION_ADMIN, "Peter Lund"),
            "councillor": people.add_person(councillor),
        }


def counts(database):
    with database.system_transaction(write=False) as session:
        connection = session.connection()
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar()
            for table in tables.metadata.sorted_tables
        }


def drafts(database):
    with database.system_transaction(write=False) as session:
        return session.scalars(select(Referral)).all()


def test_the_four_questions_are_asked(client_of, world):
    page = client_of(world["writer"]).get("/referrals/new")
    assert page.status_code == 200
    assert all(asked.label in page.text for asked in before_you_start.QUESTIONS)


def test_danger_stops_with_what_to_do_and_leaves_no_trace(client_of, database, world):
    client = client_of(world["writer"])
    before = counts(database)
    page = client.post("/referrals/new", data=READY | DANGER | {"request_key": "k" * 32, "carry_on": "yes"})
    assert page.status_code == 200
    front_door = contacts.stop_page("medway").steps[1].contacts[0]
    assert all(each in page.text for each in ("999", front_door.phone, front_door.out_of_hours_phone, "Checked on"))
    assert contacts.contact("kent_front_door").email not in page.text
    assert counts(database) == before


def test_danger_somewhere_unknown_shows_every_front_door(client_of, world):
    page = client_of(world["writer"]).post("/referrals/new", data={"immediate_risk": "yes"})
    doors = contacts.stop_page("not_known").steps[1].contacts
    assert len(doors) > 1
    assert all(door.phone in page.text for door in doors)


def test_danger_stops_before_anybody_asks_for_an_agreement(client_of, world):
    page = client_of(world["unagreed"]).post("/referrals/new", data=DANGER)
    assert contacts.stop_page("medway").title in page.text


@pytest.mark.parametrize("answers", [{}, {"immediate_risk": "no"}, READY | {"likely_to_engage": "made up"}])
def test_an_unanswered_question_is_asked_again_with_the_others_kept(client_of, database, world, answers):
    page = client_of(world["writer"]).post("/referrals/new", data=answers)
    assert page.status_code == 422
    assert "Error: " in page.text
    assert before_you_start.QUESTIONS[-1].missing in page.text
    assert len(re.findall(r"<input[^>]* checked", page.text)) == sum(value != "made up" for value in answers.values())
    assert drafts(database) == []


@pytest.mark.parametrize(
    "change", [{"consent_understood": "not_asked"}, {"enough_context": "no"}, {"likely_to_engage": "no"}]
)
def test_other_answers_say_what_to_do_first_and_leave_the_way_open(client_of, database, world, change):
    client = client_of(world["writer"])
    page = client.post("/referrals/new", data=READY | change)
    assert page.status_code == 200
    outcome = before_you_start.outcome(READY | change)
    assert outcome.title in page.text
    assert contacts.ksaf().phone in page.text
    assert drafts(database) == []
    assert client.post("/referrals/new", data=READY | change | {"carry_on": "yes"}).status_code == 303
    assert len(drafts(database)) == 1


def test_ready_answers_lead_to_one_draft_however_often_they_are_sent(client_of, database, world):
    client = client_of(world["writer"])
    answers = [client.post("/referrals/new", data=READY | {"request_key": "k" * 32}) for _ in range(3)]
    (draft,) = drafts(database)
    assert {answer.location for answer in answers} == {f"/referrals/{draft.reference}/tasks"}
    assert client.get(answers[0].location).status_code == 200


def test_without_an_agreement_the_page_says_who_can_accept(client_of, database, world):
    client = client_of(world["unagreed"])
    page = client.get("/referrals/new")
    assert "Peter Lund" in page.text
    assert "immediate_risk" not in page.text
    assert client.post("/referrals/new", data=READY).location == "/referrals/new"
    assert drafts(database) == []
    assert "Read the terms" in client_of(world["admin"]).get("/referrals/new").text


def test_a_councillor_is_shown_how_to_signpost_and_never_a_form(client_of, database, world):
    client = client_of(world["councillor"])
    page = client.get("/referrals/new")
    assert page.status_code == 200
    assert contacts.ksaf().phone in page.text
    assert "<textarea" not in page.text
    assert "immediate_risk" not in page.text
    assert "carry_on" not in page.text
    assert client.post("/referrals/new", data=READY | {"carry_on": "yes"}).status_code == 403
    assert drafts(database) == []


def test_a_viewer_starts_nothing(client_of, database, world):
    client = client_of(world["viewer"])
    assert client.get("/referrals/new").status_code == 403
    assert client.post("/referrals/new", data=READY).status_code == 403
    assert drafts(database) == []
