"""The same in plain words, and the banner that every page of KSAF carries while nothing is sent."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import Membership, User
from portal.health import service as health
from portal.organisations.models import Organisation
from tests.factories import people, statements

STOPPED = "Reminders and emails have stopped"


@pytest.fixture
def staff(database):
    with database.system_transaction():
        ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
        ksaf.head_of_service_id = people.add_person(ksaf, Role.MANAGER).user_id
        return {
            "administrator": people.add_person(ksaf, Role.ADMINISTRATOR),
            "officer": people.add_person(ksaf, Role.TRIAGE_OFFICER),
            "referrer": people.add_person(school, Role.REFERRER),
        }


def test_all_is_well(moment, client_of, staff, database):
    with database.transaction():
        health.beat("one", moment.now)
        health.note_backup(moment.now - timedelta(hours=1))
    page = client_of(staff["administrator"]).get("/monitoring").text
    assert "The portal is working." in page
    assert "The newest is from today at 9am" in page
    assert "Last pass just now" in page
    assert "Needs attention" not in page
    assert STOPPED not in page


@pytest.mark.parametrize("how", ["never named", "left", "account closed"])
def test_a_portal_without_a_head_of_service_needs_attention(moment, client_of, staff, database, how):
    with database.system_transaction() as session:
        ksaf = session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.OPERATOR)).one()
        if how == "never named":
            ksaf.head_of_service_id = None
        elif how == "left":
            theirs = select(Membership).where(Membership.user_id == ksaf.head_of_service_id)
            session.scalars(theirs).one().ended_at = moment.now
        else:
            session.get_one(User, ksaf.head_of_service_id).disabled_at = moment.now
    page = client_of(staff["administrator"]).get("/monitoring").text
    assert "No head of service is named: what stays late goes to the managers a second time" in page
    assert "Something needs attention." in page


def test_mail_that_waits_needs_attention(moment, client_of, staff, database, mail_due):
    moment.advance(minutes=10)
    with database.transaction():
        health.beat("one", moment.now)
    page = client_of(staff["administrator"]).get("/monitoring").text
    assert "Something needs attention." in page
    assert "1 email waiting, the oldest from 10 minutes ago" in page


@pytest.mark.parametrize(
    ("hours", "said"), [(None, "None has been made"), (27, "The newest is from yesterday at 7am"), (25, None)]
)
def test_an_administrator_is_told_of_a_backup_that_is_missing_or_old(moment, client_of, staff, database, hours, said):
    with database.transaction():
        health.beat("one", moment.now)
        if hours is not None:
            health.note_backup(moment.now - timedelta(hours=30))
            health.note_backup(moment.now - timedelta(hours=hours))
    client = client_of(staff["administrator"])
    first, monitoring = client.get("/").text, client.get("/monitoring").text
    if said is None:
        assert "What stops coming appears here." in first
        assert "Needs attention" not in monitoring
    else:
        assert f"{said}. Tell whoever runs" in first
        assert said in monitoring
        assert "Needs attention" in monitoring


def test_an_administrator_is_told_when_bank_holidays_run_out(moment, client_of, staff, database):
    moment.set(datetime(2028, 6, 5, 9, tzinfo=UTC))
    with database.transaction():
        health.beat("one", moment.now)
    assert "a new release is needed" in client_of(staff["administrator"]).get("/").text


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


def test_the_page_asks_at_most_eight_times(client_of, staff, database):
    client = client_of(staff["administrator"])
    client.get("/monitoring")
    with statements.counted(database) as asked:
        assert client.get("/monitoring").status_code == 200
    print(f"monitoring: {len(asked)} queries")
    assert len(asked) <= 8
