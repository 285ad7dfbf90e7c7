"""The contact log: newest first, corrected by later entries, and KSAF's own."""

import datetime as dt
from collections import Counter

import pytest
import sqlalchemy
from sqlmodel import col

from portal import db
from portal.access.roles import Role
from portal.cases import contacts, queries
from portal.cases.contacts import Contact
from portal.cases.models import CaseContact, ContactKind, ContactResult
from portal.tenancy import enter
from portal.web.dates import LONDON
from portal.web.errors import SomeoneWasFirstError
from tests.cases.conftest import in_support
from tests.factories import support, world

MONDAY = dt.date(2026, 11, 23)
TYPED = {
    "day": ["23", "11", "2026"],
    "time": "09:30",
    "kind": "home_visit",
    "result": "attended",
    "present": "Rosa and the child",
    "observation": "The bags stood by the door",
    "opinion": "The routine holds",
    "child_voice": "I did it myself",
}


def contact(day: int = 23, result: ContactResult = ContactResult.ATTENDED, observation: str = "Seen") -> Contact:
    at = dt.datetime(2026, 11, day, 9, 30, tzinfo=LONDON)
    return Contact(at, ContactKind.HOME_VISIT, result, "Rosa", observation, "Thought", "Said")


@pytest.fixture
def opened(helped):
    """A family in support, as its practitioner opens it."""
    made, _ = in_support(helped)
    found = queries.open_own_support(helped.practitioner.actor, made.reference)
    assert found is not None
    return found


def test_the_log_is_newest_first_and_counts_each_week_by_what_came_of_it(helped, opened):
    actor = helped.practitioner.actor
    for day, result in ((23, ContactResult.ATTENDED), (20, ContactResult.ATTENDED), (29, ContactResult.NOT_AT_HOME)):
        contacts.log(actor, opened, contact(day, result))
    assert [each.row.happened_at.day for each in contacts.log_of(actor, opened.case)] == [29, 23, 20]
    assert contacts.counts(actor, opened.case, MONDAY) == Counter(
        {ContactResult.ATTENDED: 1, ContactResult.NOT_AT_HOME: 1}
    )
    enter(db.session(), helped.referrer.organisation_id)
    assert contacts.log_of(helped.referrer.actor, opened.case) == []
    assert contacts.counts(helped.referrer.actor, opened.case, MONDAY) == Counter()


def test_a_correction_takes_its_place_and_the_old_entry_stays_as_it_was(helped, opened):
    actor, reference = helped.practitioner.actor, opened.referral.reference
    first = contacts.log(actor, opened, contact(observation="Wrong"))
    found = contacts.open_contact(actor, reference, first.key)
    second = contacts.correct(actor, found, contact(result=ContactResult.CANCELLED, observation="Right"), "A slip")
    third = contacts.correct(
        actor, contacts.open_contact(actor, reference, second.key), contact(20, ContactResult.CANCELLED, "Truly"), "Day"
    )
    [logged] = contacts.log_of(actor, opened.case)
    assert logged.row.id == third.id
    assert [each.observation for each in logged.earlier] == ["Right", "Wrong"]
    assert contacts.counts(actor, opened.case, MONDAY) == Counter()
    with pytest.raises(SomeoneWasFirstError, match="Jo Pemberton"):
        contacts.correct(actor, found, contact(), "Again")


@pytest.mark.parametrize("statement", ["update", "delete"])
def test_the_database_refuses_to_change_or_remove_an_entry(helped, opened, statement):
    made = contacts.log(helped.practitioner.actor, opened, contact())
    change = {
        "update": sqlalchemy.update(CaseContact).values(recorded_by_name="Somebody else"),
        "delete": sqlalchemy.delete(CaseContact),
    }[statement]
    with pytest.raises(sqlalchemy.exc.DBAPIError, match=r"append-only|permission denied"), db.session().begin_nested():
        db.session().execute(change.where(col(CaseContact.id) == made.id))


@pytest.fixture
def built(database, moment) -> world.World:
    """The small world, with a family in support."""
    return world.build(database)


@pytest.fixture
def address(built) -> str:
    return f"/referrals/{built.school.references[world.State.IN_SUPPORT]}/contacts"


def test_the_practitioner_writes_and_corrects_the_log_and_no_partner_opens_it(client_of, database, built, address):
    practitioner = client_of(built.school.practitioner)
    assert practitioner.post(f"{address}/new", data=TYPED).status_code == 303
    read = practitioner.get(address).text
    for words in ("The bags stood by the door", "The routine holds", "I did it myself", "Rosa and the child"):
        assert words in read
    path = f"{address}/{built.school.contact}"
    assert support.PRIVATE in practitioner.get(path).text
    assert practitioner.post(path, data={**TYPED, "why": ""}).status_code == 422
    assert practitioner.post(path, data={**TYPED, "why": "Another day"}).status_code == 303
    late = practitioner.post(path, data={**TYPED, "why": "Another day"})
    assert (late.status_code, "The routine holds" in late.text) == (409, True)
    assert "What was recorded before" in practitioner.get(address).text
    school = client_of(built.school.people[Role.REFERRER])
    assert {school.get(each).status_code for each in (address, f"{address}/new", path)} == {403}
    assert address not in school.get(address.replace("contacts", "support")).text
    other = client_of(built.other_school.practitioner)
    assert {other.get(each).status_code for each in (address, f"{address}/new", path)} == {404}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"day": ["24", "11", "2026"]}, "Enter a time that has passed"),
        ({"time": "half nine"}, "Enter a time such as 10:30"),
        ({"kind": ""}, "Select the kind"),
        ({"observation": ""}, "Enter what you saw and heard"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client_of, built, address, changed, told):
    answer = client_of(built.school.practitioner).post(f"{address}/new", data={**TYPED, **changed})
    assert answer.status_code == 422
    assert told in answer.text
    assert "I did it myself" in answer.text


def test_a_visit_may_be_cancelled_before_its_day_and_needs_no_observation(client_of, built, address):
    data = {**TYPED, "day": ["24", "11", "2026"], "result": "cancelled", "observation": ""}
    assert client_of(built.school.practitioner).post(f"{address}/new", data=data).status_code == 303
