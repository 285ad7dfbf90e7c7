"""A call is logged on one page in two minutes; danger keeps nothing; nobody but KSAF's advisers reads it."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from portal import tenancy
from portal.access.roles import Role
from portal.audit.models import AuditEvent
from portal.enquiries import directory, hours, queries, rules, service
from portal.enquiries.models import Caller, Enquiry, NextStep
from portal.enquiries.queries import Wanted
from portal.enquiries.service import Call
from tests.factories import people, referrals

TYPED = {
    "area": "kent",
    "risk": "no",
    "caller": "parent",
    "name": "Dana Lowe",
    "phone": "01632 960 701",
    "explored": "Her son will not get up on Mondays.",
    "advised": "A plan for Sunday evening.",
    "next_step": "advice",
}
SHORTEST = {key: value for key, value in TYPED.items() if key not in {"name", "phone"}}


def call(**given) -> Call:
    words = {"area": "kent", "explored": "Mondays", "advised": "A plan", "next_step": NextStep.ADVICE}
    return Call(**{"caller": Caller.PARENT, **words, **given})


def kept(database):
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(Enquiry)).all())


# --- rules and data


def test_somebody_who_will_not_be_named_leaves_no_name_and_no_number():
    assert rules.contact_kept(Caller.UNNAMED, "Dana", "01632") == ("", "")
    assert rules.contact_kept(Caller.PROFESSIONAL, "Dana", "01632") == ("Dana", "01632")


def test_each_service_of_the_directory_is_dated_and_invented_ones_say_so():
    assert len({each.key for each in directory.SERVICES}) == len(directory.SERVICES)
    for each in directory.SERVICES:
        assert each.area in {"national", "kent", "medway"}
        assert each.checked_on
        assert (".example" in each.web) == ("(invented)" in each.name)


# --- service


def test_a_call_is_kept_and_its_words_are_encrypted(adviser, tx):
    made = service.log_call(adviser, call(explored="Canaryword", signposts=["sen_advice"]))
    assert queries.get_enquiry(adviser, made.reference) == made
    with tenancy.as_system(tx):
        raw = super(tenancy.TenantSession, tx).connection().exec_driver_sql("select explored from enquiry").scalar()
    assert b"Canaryword" not in bytes(raw)


def test_the_database_refuses_the_name_of_somebody_who_will_not_be_named(adviser, tx):
    made = service.log_call(adviser, call(caller=Caller.UNNAMED, name="Dana", phone="1"))
    assert (made.name, made.phone) == ("", "")
    made.name = "Dana"
    with pytest.raises(IntegrityError), tx.begin_nested():
        tx.flush()


def test_calls_are_found_by_name_phone_reference_and_adviser_newest_first(adviser):
    first = service.log_call(adviser, call(name="Dana 100%", phone="01632 960 701"))
    second = service.log_call(adviser, call(caller=Caller.UNNAMED))
    assert queries.calls(adviser, Wanted()).rows == [second, first]
    for typed in ("dana", "100%", "960 701", first.reference):
        assert queries.calls(adviser, Wanted(search=typed)).rows == [first]
    assert queries.calls(adviser, Wanted(search="Tessa")).rows == [second, first]
    assert queries.calls(adviser, Wanted(search="dan_")).rows == []
    assert queries.calls(adviser, Wanted(caller=Caller.UNNAMED)).rows == [second]


def test_many_calls_come_in_pages(adviser):
    made = [service.log_call(adviser, call()) for _ in range(queries.PAGE + 1)]
    page = queries.calls(adviser, Wanted())
    assert (len(page.rows), page.following) == (queries.PAGE, made[1].id)
    assert queries.calls(adviser, Wanted(before=page.following)).rows == [made[0]]


def test_no_other_organisation_reaches_a_call(adviser, tx):
    made = service.log_call(adviser, call())
    stranger = people.add_person(people.add_organisation(), Role.REFERRER)
    tenancy.enter(tx, stranger.organisation_id)
    assert queries.get_enquiry(stranger.actor, made.reference) is None


def test_the_hours_say_until_when_and_from_when(tx, moment):
    assert hours.in_words() == "The line is open until 5pm today."
    moment.advance(hours=8)
    assert hours.in_words() == "The line is closed. It opens on Tuesday 24 November 2026 at 9am."


# --- pages


def test_a_call_is_logged_in_few_fields_and_three_requests(client_of, kept_adviser, database):
    client, asked = client_of(kept_adviser), 0
    page = client.get("/enquiries/new")
    asked += 1
    assert page.text.index("Is anybody at immediate risk?") < page.text.index("Where is the child?")
    answer = client.post("/enquiries/new", data=SHORTEST)
    asked += 1
    assert answer.status_code == 303
    read = client.get(answer.headers["Location"])
    asked += 1
    assert SHORTEST["explored"] in read.text
    print(f"a call: {len(SHORTEST)} fields at least, {asked} requests")
    [made] = kept(database)
    assert client.get("/enquiries").text.count(made.reference) >= 1
    with database.system_transaction(write=False) as session:
        actions = [each.action for each in session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()]
    assert [each for each in actions if each.startswith("enquiries:")] == [
        "enquiries:call:logged",
        "enquiries:call:viewed",
    ]


def test_danger_shows_the_areas_contacts_and_keeps_nothing(client_of, kept_adviser, database):
    page = client_of(kept_adviser).post("/enquiries/new", data=TYPED | {"risk": "yes", "area": "medway"})
    assert page.status_code == 200
    assert "01634 334466" in page.text
    assert "03000 41 11 11" not in page.text
    assert TYPED["explored"] not in page.text
    assert kept(database) == []


def test_danger_is_answered_before_anything_else_is_asked(client_of, kept_adviser):
    page = client_of(kept_adviser).post("/enquiries/new", data={"risk": "yes"})
    assert "01634 334466" in page.text
    assert "03000 41 11 11" in page.text


def test_what_was_typed_survives_an_error(client_of, kept_adviser, database):
    typed = TYPED | {"next_step": "", "signposts": "sen_advice", "explored": "<b>Mondays</b>"}
    page = client_of(kept_adviser).post("/enquiries/new", data=typed)
    assert page.status_code == 422
    assert "Select what happens next" in page.text
    for words in ("Dana Lowe", "01632 960 701", "&lt;b&gt;Mondays&lt;/b&gt;", TYPED["advised"]):
        assert words in page.text
    assert kept(database) == []


def test_nobody_is_named_who_will_not_be(client_of, kept_adviser, database):
    client = client_of(kept_adviser)
    answer = client.post("/enquiries/new", data=TYPED | {"caller": "unnamed"})
    assert [(each.name, each.phone) for each in kept(database)] == [("", "")]
    assert TYPED["name"] not in client.get(answer.headers["Location"]).text


@pytest.mark.parametrize("role", [Role.FAMILY_OUTREACH_PRACTITIONER, Role.ADMINISTRATOR])
def test_other_roles_are_refused(client_of, kept_adviser, database, role):
    with database.transaction():
        other = referrals.staff(role)
    client = client_of(other)
    assert [client.get(path).status_code for path in ("/enquiries", "/enquiries/new")] == [403, 403]
    assert client.post("/enquiries/new", data=TYPED).status_code == 403


def test_an_odd_address_shows_the_list(client_of, kept_adviser):
    client = client_of(kept_adviser)
    assert "No calls yet" in client.get("/enquiries").text
    for query in ("before=x", "before=-1", "before=99999999999999999999", "show=nobody", "q=%00"):
        assert client.get(f"/enquiries?{query}").status_code == 200
    assert "No calls match" in client.get("/enquiries?q=nobody").text


def test_an_advisers_first_page_begins_a_call(client_of, kept_adviser):
    page = client_of(kept_adviser).get("/").text
    assert "Log a call" in page
    assert "The line is open until 5pm today." in page
