"""A family is signposted in two minutes: with its agreement for a call, or without a word about who it is."""

from dataclasses import replace

import pytest
from sqlmodel import select

from portal import tenancy
from portal.access.roles import OrganisationKind, Role
from portal.audit.models import AuditEvent
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.call_backs.rules import is_phone
from portal.enquiries.call_backs.service import Family
from portal.enquiries.signposts import queries, service
from portal.enquiries.signposts.models import Signpost
from portal.enquiries.signposts.rules import SignpostKind, SignpostState
from portal.enquiries.signposts.service import About
from portal.timescales import changing, in_force
from portal.timescales.figures import Figures
from portal.timescales.models import Deadline
from tests.factories import people, referrals

RECORD = {"risk": "no", "area": "kent", "need": "attendance", "given": ["line", "listened"]}
CALL = {
    "risk": "no",
    "area": "medway",
    "need": "home",
    "agreed": "y",
    "name": "Dana Lowe",
    "phone": "01632 960 701",
    "preferred_time": "morning",
    "message": "no",
    "notes": "She would like a Polish speaker.",
}
ABOUT = About("attendance", "kent", ("line",))
FAMILY = Family("Dana Lowe", "01632 960 701", "morning", may_leave_message=True, about="Polish")


def rows(database, kind):
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(kind)).all())


# --- rules


@pytest.mark.parametrize("text", ["01632 960 701", "+44 (0)7700 900982", "07700-900.982"])
def test_a_number_that_can_be_called(text):
    assert is_phone(text)


@pytest.mark.parametrize("text", ["", "123", "Dana", "01632 960 701 or 702", "0" * 16])
def test_what_nobody_can_call(text):
    assert not is_phone(text)


# --- service


def test_a_record_holds_nothing_that_could_say_who(tx):
    columns = set(Signpost.__table__.columns.keys())
    assert columns == {
        *("id", "organisation_id", "operator_id", "reference", "kind", "state", "need", "area", "given", "call_by"),
        *("made_by_id", "made_by_name", "made_at"),
    }


def test_a_call_is_owed_by_the_next_working_day_and_its_details_are_ksafs_alone(tx, adviser):
    school = people.add_person(people.add_organisation())
    tenancy.enter(tx, school.organisation_id)
    made = service.ask_for_call(school.actor, ABOUT, FAMILY)
    assert (made.kind, made.state) == (SignpostKind.CALL, SignpostState.WAITING)
    assert tx.scalars(select(CallBack)).all() == []
    assert tx.scalars(select(Deadline)).all() == []
    tenancy.enter(tx, adviser.organisation_id)
    [asked] = tx.scalars(select(CallBack)).all()
    [owed] = tx.scalars(select(Deadline)).all()
    assert (asked.name, asked.phone, asked.about, asked.reference) == (
        "Dana Lowe",
        FAMILY.phone,
        "Polish",
        made.reference,
    )
    assert owed.kind == "call_back"
    assert owed.due_at == asked.due_at == made.call_by
    assert school.name in asked.basis


def test_the_details_are_encrypted_where_they_are_kept(tx, adviser):
    school = people.add_person(people.add_organisation())
    tenancy.enter(tx, school.organisation_id)
    service.ask_for_call(school.actor, ABOUT, FAMILY)
    with tenancy.as_system(tx):
        raw = super(tenancy.TenantSession, tx).connection()
        held = raw.exec_driver_sql("select name, phone, about, basis from call_back").one()
    for stored in held:
        assert not any(word in bytes(stored) for word in (b"Dana", b"960", b"Polish"))


def test_an_organisation_reads_its_own_and_ksaf_everybodys(tx, adviser):
    mine, other = (people.add_person(people.add_organisation()) for _ in range(2))
    made = []
    for person in (mine, other):
        tenancy.enter(tx, person.organisation_id)
        made.append(service.record(person.actor, ABOUT))
        assert [row.id for row, _ in queries.signposts(person.actor).rows] == [made[-1].id]
    ids = [each.id for each in made]
    assert queries.signposts(mine.actor).rows == []
    tenancy.enter(tx, adviser.organisation_id)
    assert [row.id for row, _ in queries.signposts(adviser).rows] == ids[::-1]


def test_nobody_makes_a_signpost_for_another_organisation(tx, adviser):
    mine, other = (people.add_person(people.add_organisation()) for _ in range(2))
    tenancy.enter(tx, other.organisation_id)
    with pytest.raises(tenancy.TenancyError):
        service.record(mine.actor, ABOUT)


def test_many_signposts_come_in_pages(tx, adviser):
    school = people.add_person(people.add_organisation())
    tenancy.enter(tx, school.organisation_id)
    made = [service.record(school.actor, ABOUT) for _ in range(queries.PAGE + 1)]
    page = queries.signposts(school.actor)
    assert (len(page.rows), page.following) == (queries.PAGE, made[1].id)
    assert [row for row, _ in queries.signposts(school.actor, page.following).rows] == [made[0]]


# --- pages


def test_the_pages_promise_a_call_within_the_figure_in_force(client_of, councillor, database):
    with database.transaction():
        administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    for page in ("new", "call"):
        assert "within 1 working day" in client_of(councillor).get(f"/signposts/{page}").text
    with database.transaction(tenant=administrator.organisation_id):
        wanted = replace(Figures.of(in_force.rules()["call_back"]), length=2)
        changing.change(administrator.actor, "call_back", wanted, "Two advisers are away", seen=0)
    for page in ("new", "call"):
        assert "within 2 working days" in client_of(councillor).get(f"/signposts/{page}").text


def test_a_councillor_signposts_without_personal_data(client_of, councillor, database):
    client = client_of(councillor)
    assert "/signposts/new" in client.get("/").text
    assert "/signposts/new" in client.get("/referrals/new").text
    assert "/signposts/record" in client.get("/signposts/new").text
    form = client.get("/signposts/record").text
    assert "<textarea" not in form
    assert 'type="text"' not in form
    answer = client.post("/signposts/record", data=RECORD | {"name": "Dana Lowe", "notes": "Dana"})
    assert answer.status_code == 303
    [made] = rows(database, Signpost)
    assert "Dana" not in str(made)
    assert rows(database, CallBack) == []
    page = client.get("/signposts").text
    assert made.reference in page
    assert "Getting to school" in page


def test_a_family_that_agrees_is_called(client_of, councillor, database):
    client = client_of(councillor)
    assert client.post("/signposts/call", data=CALL).status_code == 303
    [made], [asked] = rows(database, Signpost), rows(database, CallBack)
    assert (asked.name, asked.may_leave_message, asked.signpost_id) == ("Dana Lowe", False, made.id)
    page = client.get("/signposts").text
    assert "KSAF calls the family by Tuesday 24 November 2026 at 5pm" in page
    assert "Dana" not in page
    [event] = [each for each in rows(database, AuditEvent) if each.action == "enquiries:signpost:made"]
    assert event.subject_id == made.id


@pytest.mark.parametrize(("path", "typed"), [("record", RECORD), ("call", CALL)])
def test_danger_shows_the_areas_contacts_and_keeps_nothing(client_of, councillor, database, path, typed):
    page = client_of(councillor).post(f"/signposts/{path}", data=typed | {"risk": "yes", "area": "medway"})
    assert page.status_code == 200
    assert "01634 334466" in page.text
    assert "Dana" not in page.text
    assert rows(database, Signpost) == rows(database, CallBack) == []
    assert "03000 41 11 11" in client_of(councillor).post(f"/signposts/{path}", data={"risk": "yes"}).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"agreed": ""}, "Ask the parent or carer first"),
        ({"phone": "12"}, "Enter a phone number"),
        ({"name": " "}, "Enter whom we should ask for"),
        ({"name": "x" * 201}, "Shorten the name"),
        ({"preferred_time": "night"}, "Select when they would like the call"),
        ({"message": ""}, "Select whether it is safe to leave a message"),
        ({"need": "x"}, "Select what it is mostly about"),
    ],
)
def test_what_was_typed_survives_an_error(client_of, councillor, database, changed, said):
    page = client_of(councillor).post("/signposts/call", data=CALL | changed)
    assert page.status_code == 422
    assert said in page.text
    assert CALL["notes"] in page.text
    assert rows(database, Signpost) == []


@pytest.mark.parametrize("given", [[], ["everything"]])
def test_a_record_says_what_was_given(client_of, councillor, database, given):
    page = client_of(councillor).post("/signposts/record", data=RECORD | {"given": given})
    assert page.status_code == 422
    assert "Select" in page.text
    assert rows(database, Signpost) == []


def test_no_details_before_the_terms_are_accepted(client_of, database, moment, kept_adviser):
    with database.transaction():
        new = people.add_person(people.add_organisation(OrganisationKind.COMMUNITY, agreed=False))
    client = client_of(new)
    assert "has not accepted the current data-sharing terms" in client.get("/signposts/call").text
    page = client.post("/signposts/call", data=CALL)
    assert page.status_code == 422
    assert CALL["notes"] in page.text
    assert rows(database, CallBack) == []
    assert client.post("/signposts/record", data=RECORD).status_code == 303


def test_ksaf_and_viewers_read_and_make_none(client_of, database, moment, kept_adviser):
    with database.transaction():
        school = people.add_organisation()
        viewer = people.add_person(school, Role.VIEWER)
        practitioner = referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER)
    for person in (viewer, kept_adviser):
        client = client_of(person)
        assert "No signposts yet" in client.get("/signposts").text
        assert client.post("/signposts/record", data=RECORD).status_code == 403
        assert client.post("/signposts/call", data=CALL).status_code == 403
    assert client_of(practitioner).get("/signposts").status_code == 403


def test_an_odd_address_shows_the_list(client_of, councillor):
    for query in ("before=x", "before=-1", "before=99999999999999999999"):
        assert client_of(councillor).get(f"/signposts?{query}").status_code == 200
