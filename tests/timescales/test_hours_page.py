"""The page on which KSAF's hours are changed, and the warning before the list of bank holidays ends."""

from datetime import UTC, datetime

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.health import service as health
from portal.timescales import holidays_known
from portal.timescales.models import PolicyChange
from tests.factories import people
from tests.factories.statements import planned

HOURS = "/timescales/hours"
SET = {"opens": "08:30", "closes": "16:00", "seen": "0", "reason": "The office opens earlier in winter."}
WARNING = "The Government has announced bank holidays up to"


@pytest.fixture
def scene(app, database, moment):
    with database.system_transaction():
        ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
        made = {
            "administrator": people.add_person(ksaf, Role.ADMINISTRATOR, "Anika Rao"),
            "second": people.add_person(ksaf, Role.ADMINISTRATOR, "Jo Reed"),
            "manager": people.add_person(ksaf, Role.MANAGER, "Ruth Bell"),
            "referrer": people.add_person(school, Role.REFERRER, "Dana Price"),
        }
        ksaf.head_of_service_id = made["manager"].user_id
        return made


def changes(database):
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(PolicyChange)).all())


def test_the_form_holds_the_hours_in_force(scene, client_of):
    page = client_of(scene["administrator"]).get(HOURS).text
    assert 'value="09:00"' in page
    assert 'value="17:00"' in page
    assert "No deadline is open." in page


def test_what_is_open_is_counted_without_reading_what_has_ended(scene, client_of, database):
    client = client_of(scene["administrator"])
    with planned(database) as plans:
        client.get(HOURS)
    scanned = [plan for plan in plans if "SCAN deadline" in plan]
    assert scanned == (["SCAN deadline USING INDEX ix_deadline_open"] if plans else [])  # planned on SQLite alone


def test_hours_are_set_and_everyone_reads_them(scene, client_of, database):
    done = client_of(scene["administrator"]).post(HOURS, data=SET)
    assert (done.status_code, done.headers["Location"]) == (303, "/timescales/changes")
    page = client_of(scene["referrer"]).get("/timescales").text
    assert "From 8:30am to 4pm on working days." in page
    assert "ends at 4pm on the first working day" in page
    assert "from 09:00 to 17:00 to 08:30 to 16:00" in client_of(scene["referrer"]).get("/timescales/changes").text
    assert [each.kind for each in changes(database)] == ["hours"]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"opens": "half eight"}, "Enter a time such as 10:30"),
        ({"closes": ""}, "Enter when KSAF closes"),
        ({"closes": "08:45"}, "at least one hour after opening"),
        ({"opens": "09:00", "closes": "17:00"}, "Nothing is different"),
        ({"reason": " "}, "Say why they change"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(scene, client_of, database, other, says):
    page = client_of(scene["administrator"]).post(HOURS, data={**SET, **other})
    assert page.status_code == 422
    assert says in page.text
    assert {**SET, **other}["reason"].strip() in page.text
    assert f'value="{ {**SET, **other}["opens"] }"' in page.text
    assert changes(database) == []


def test_the_second_of_two_is_told_who_was_first(scene, client_of, database):
    assert client_of(scene["administrator"]).post(HOURS, data=SET).status_code == 303
    late = client_of(scene["second"]).post(HOURS, data={**SET, "closes": "18:00", "reason": "Mine"})
    assert late.status_code == 409
    assert "Anika Rao changed this" in late.text
    assert "Mine" in late.text
    assert len(changes(database)) == 1


@pytest.mark.parametrize("who", ["manager", "referrer"])
def test_only_administrators_change_them(scene, client_of, who):
    client = client_of(scene[who])
    assert client.get(HOURS).status_code == 403
    assert client.post(HOURS, data=SET).status_code == 403
    assert HOURS not in client.get("/timescales").text


@pytest.mark.parametrize(
    ("now", "warned"), [(datetime(2027, 12, 31, 23, tzinfo=UTC), False), (datetime(2028, 1, 3, 9, tzinfo=UTC), True)]
)
def test_a_year_before_the_list_of_bank_holidays_ends_ksaf_is_warned(scene, client_of, database, moment, now, warned):
    moment.set(now)
    with database.transaction():
        health.beat("one", now)
        health.note_backup(now)
    client = client_of(scene["administrator"])
    assert (WARNING in client.get("/timescales").text) is warned
    page = client.get("/monitoring").text
    assert "Announced up to 31 December 2028" in page
    assert ("a new release is needed" in page) is warned
    assert ("Needs attention" in page) is warned


def test_the_horizon_is_the_last_year_of_the_list():
    listed = BankHolidays(use_cached_holidays=True).get_holidays(division="england-and-wales")
    assert holidays_known.ANNOUNCED_TO.year == max(each["date"].year for each in listed)
