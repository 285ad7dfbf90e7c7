"""The same in plain words, and the banner that every page of KSAF carries while nothing is sent."""

from datetime import timedelta

import pytest

from portal.access.roles import OrganisationKind, Role
from portal.health import service as health
from tests.factories import people

STOPPED = "Reminders and emails have stopped"


@pytest.fixture
def staff(database):
    with database.system_transaction():
        ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
        return {
            "administrator": people.add_person(ksaf, Role.ADMINISTRATOR),
            "officer": people.add_person(ksaf, Role.TRIAGE_OFFICER),
            "referrer": people.add_person(school, Role.REFERRER),
        }


def test_all_is_well(moment, client_of, staff, database):
    with database.transaction():
        health.beat("one", moment.now)
    page = client_of(staff["administrator"]).get("/monitoring").text
    assert "The portal is working." in page
    assert "Last pass just now" in page
    assert "Needs attention" not in page
    assert STOPPED not in page


def test_mail_that_waits_needs_attention(moment, client_of, staff, database, mail_due):
    moment.advance(minutes=10)
    with database.transaction():
        health.beat("one", moment.now)
    page = client_of(staff["administrator"]).get("/monitoring").text
    assert "Something needs attention." in page
    assert "1 email waiting, the oldest from 10 minutes ago" in page


@pytest.mark.parametrize(("who", "told"), [("administrator", True), ("officer", True), ("referrer", False)])
def test_ksaf_is_told_on_every_page_while_the_scheduler_is_stopped(moment, client_of, staff, database, who, told):
    client = client_of(staff[who])
    with database.transaction():
        health.beat("one", moment.now)
    assert STOPPED not in client.get("/timescales").text
    moment.advance(minutes=6)
    assert (STOPPED in client.get("/timescales").text) is told
    with database.transaction():
        health.beat("one", moment.now - timedelta(seconds=30))
    assert STOPPED not in client.get("/timescales").text
