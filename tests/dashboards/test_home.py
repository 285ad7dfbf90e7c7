"""The first page of each audience, and the panels on it."""

import pytest

from portal import db
from portal.access.roles import OrganisationKind, Role
from portal.organisations.models import Organisation
from portal.referrals import lifecycle
from portal.referrals.queries import get_referral
from portal.referrals.rules import Event
from portal.tenancy import enter
from tests.factories import people, referrals
from tests.factories.statements import counted


@pytest.fixture
def helen(database, moment):
    with database.transaction():
        return people.add_person(people.add_organisation(name="Larkfield Vale Academy"), Role.REFERRER, "Helen Marsh")


def ask(database, person):
    with database.transaction():
        triage = referrals.staff()
        reference = referrals.acknowledged(person, triage).reference
        enter(db.session(), triage.organisation_id)
        lifecycle.move(triage.actor, get_referral(triage.actor, reference), Event.ASK, "KSAF asked")
    return reference


def test_a_school_sees_what_waits_and_its_latest_referrals(client_of, database, moment, helen):
    asked = ask(database, helen)
    moment.advance(minutes=5)
    with database.transaction():
        draft = referrals.draft(helen).reference
    page = client_of(helen).get("/").text
    assert "Waiting for you (2)" in page
    assert f"/referrals/{asked}/answer" in page
    assert f"/referrals/{draft}/tasks" in page
    assert "Answer KSAF’s question about Amira K." in page
    assert 'portal-header__count">(2)' in page
    assert 'href="/referrals/new"' in page


def test_another_schools_work_waits_for_nobody_here(client_of, database, helen):
    with database.transaction():
        other = people.add_person(people.add_organisation(name="Harbour Steps"))
    ask(database, other)
    page = client_of(helen).get("/").text
    assert "Waiting for you (0)" in page
    assert "No referrals yet" in page


def test_a_viewer_is_not_asked_to_act(client_of, database, helen):
    ask(database, helen)
    with database.transaction():
        viewer = people.add_person(_organisation_of(helen), Role.VIEWER)
    page = client_of(viewer).get("/").text
    assert "Waiting for you (0)" in page
    assert "/referrals/new" not in page
    assert "Amira K." in page


@pytest.mark.parametrize(("role", "told"), [(Role.ORGANISATION_ADMIN, "accept them"), (Role.REFERRER, "Ask them to")])
def test_a_new_organisation_is_led_to_the_agreement_first(client_of, database, moment, role, told):
    with database.transaction():
        referrals.operator()
        person = people.add_person(people.add_organisation(agreed=False), role)
    page = client_of(person).get("/").text
    assert "Accept the data-sharing terms first" in page
    assert told in page
    assert 'href="/agreement"' in page


def test_triage_sees_the_queue_by_time_left_and_the_decisions_are_a_managers(client_of, database, moment, helen):
    with database.transaction():
        triage, manager = referrals.staff(), referrals.staff(Role.MANAGER)
        referrals.sent(helen)
        proposed = referrals.acknowledged(helen, triage)
        lifecycle.move(triage.actor, proposed, Event.DECIDE, "Decision proposed")
    ask(database, helen)
    queue = client_of(manager).get("/home/queue").text
    assert "0 missed, 0 due today" in queue
    moment.advance(days=1, hours=8)
    assert "1 missed" in client_of(triage).get("/home/queue").text
    assert client_of(manager).get("/home/decisions").status_code == 200
    assert client_of(triage).get("/home/decisions").status_code == 403
    assert "Open the queue" in client_of(manager).get("/").text


@pytest.mark.parametrize("role", [Role.SUPPORT_LINE_ADVISER, Role.ADMINISTRATOR])
def test_others_at_ksaf_get_an_honest_page_without_children(client_of, database, helen, role):
    with database.transaction():
        referrals.sent(helen)
        person = referrals.staff(role)
    client = client_of(person)
    page = client.get("/")
    assert page.status_code == 200
    assert "Amira" not in page.text
    assert client.get("/home/latest").status_code == 403
    assert client.get("/home/queue").status_code == 403


def test_a_practitioner_reaches_only_the_families_they_work_with(client_of, database, helen):
    with database.transaction():
        sent = referrals.sent(helen)
        reference, referral_id = sent.reference, sent.id
        mine, theirs = (referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER) for _ in range(2))
    with database.transaction():
        referrals.load_for(mine, referral_id).practitioner_id = mine.user_id
    pages = ("/referrals", "/home/latest", f"/referrals/{reference}")
    assert ["Amira" in client_of(mine).get(page).text for page in pages] == [True] * 3
    assert ["Amira" in client_of(theirs).get(page).text for page in pages] == [False] * 3
    inside = [f"/referrals/{reference}{part}" for part in ("", "/status", "/messages", "/attachments", "/outcome")]
    assert {client_of(theirs).get(page).status_code for page in inside} == {404}


def test_a_councillor_is_given_the_support_line(client_of, database, moment):
    with database.transaction():
        referrals.operator()
        person = people.add_person(people.add_organisation(OrganisationKind.COUNCILLOR))
    page = client_of(person).get("/").text
    assert "Support and Advice Line" in page
    assert "01795 504355" in page
    assert "/referrals/new" not in page


@pytest.mark.parametrize("panel", ["waiting", "latest"])
def test_panels_are_sent_again_only_when_they_changed(client_of, database, helen, panel):
    client = client_of(helen)
    first = client.get(f"/home/{panel}")
    held = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"/home/{panel}", headers=held).status_code == 304
    ask(database, helen)
    assert client.get(f"/home/{panel}", headers=held).status_code == 200


def test_first_pages_ask_few_questions_and_no_more_for_more_rows(client_of, database, moment, helen):
    with database.transaction():
        manager = referrals.staff(Role.MANAGER)
    for person in (helen, manager):
        ask(database, helen)
        with counted(database) as few:
            client_of(person).get("/")
        for _ in range(12):
            moment.advance(minutes=1)
            ask(database, helen)
        with counted(database) as many:
            client_of(person).get("/")
        print(f"the first page of {person.role}: {len(many)} queries")
        assert len(few) == len(many) <= 8


def _organisation_of(person):
    return db.session().get(Organisation, person.organisation_id)
