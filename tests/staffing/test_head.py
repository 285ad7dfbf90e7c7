"""KSAF's head of service: named by an administrator, and nobody's for as long as whoever was named is not there."""

import pytest
from sqlmodel import col, select

from portal import db
from portal.access.roles import Role
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMail
from portal.staffing import head, service
from portal.tenancy import as_system, enter
from portal.timescales import service as timescales
from portal.timescales import things
from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline, Prompt
from portal.timescales.recipients import of_rung, staff_of
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.staffing.conftest import membership

CHALLENGE = timescales.Subject("disagreement", 1)


@pytest.fixture
def house(tx):
    """KSAF with two managers and an administrator, who is asking, and a school."""
    ksaf = referrals.operator()
    made = {
        "margaret": people.add_person(ksaf, Role.MANAGER, "Margaret Ellis"),
        "rob": people.add_person(ksaf, Role.MANAGER, "Rob Tennant"),
        "admin": people.add_person(ksaf, Role.ADMINISTRATOR, "Nadia Frost"),
        "school": people.add_person(people.add_organisation()),
    }
    enter(db.session(), ksaf.id)
    return made


def member(person):
    return next(each for each in staff_of(person.organisation_id).members if each.user_id == person.user_id)


def last_rung(house) -> list[str]:
    ksaf = house["admin"].organisation_id
    late = Deadline(owed_by_id=ksaf, kind="acknowledge")
    return sorted(each.member.name for each in of_rung(Rung.STILL_MISSED, late, staff_of(ksaf)))


def challenge_at_the_third_stage(house) -> None:
    us, school = house["admin"].organisation_id, house["school"].organisation_id
    on = house["margaret"].user_id
    timescales.start("disagreement_heads", CHALLENGE, "DIS-1", owed_by_id=us, owed_to_id=school, person_id=on)


def left(house) -> list[int]:
    """Whoever is asked to name another."""
    with as_system(db.session()):
        open_ones = select(Prompt.user_id).where(Prompt.kind == "head_left", col(Prompt.closed_at).is_(None))
        return list(db.session().scalars(open_ones).all())


def answers(house) -> int | None:
    with as_system(db.session()):
        return db.session().scalars(select(Deadline.person_id).where(Deadline.reference == "DIS-1")).one()


def test_named_they_are_the_last_rung_of_every_ladder(house):
    ksaf = house["admin"].organisation_id
    assert staff_of(ksaf).named_head() is None
    assert [each.name for each in head.candidates(ksaf)] == ["Margaret Ellis", "Rob Tennant"]
    assert last_rung(house) == ["Margaret Ellis", "Rob Tennant"]
    head.name(house["admin"].actor, member(house["margaret"]), None)
    assert last_rung(house) == ["Margaret Ellis"]
    assert staff_of(ksaf).named_head().name == "Margaret Ellis"
    newest = db.session().scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first()
    assert newest == "organisations:organisation:head_named"


def test_what_the_one_before_had_to_answer_goes_to_the_next(house):
    head.name(house["admin"].actor, member(house["margaret"]), None)
    challenge_at_the_third_stage(house)
    head.name(house["admin"].actor, member(house["rob"]), house["margaret"].user_id)
    assert answers(house) == house["rob"].user_id


def test_of_two_who_name_somebody_at_once_the_second_is_told(house):
    head.name(house["admin"].actor, member(house["margaret"]), None)
    with pytest.raises(SomeoneWasFirstError):
        head.name(house["admin"].actor, member(house["rob"]), None)
    assert last_rung(house) == ["Margaret Ellis"]


@pytest.mark.parametrize("how", ["leaves", "account closed", "another role"])
def test_gone_or_no_manager_any_more_they_are_head_no_more(house, how):
    admin = house["admin"].actor
    head.name(admin, member(house["margaret"]), None)
    challenge_at_the_third_stage(house)
    theirs = membership(house["margaret"])
    if how == "leaves":
        service.leave(admin, theirs)
    elif how == "account closed":
        service.close_account(admin, theirs.user_id)
    else:
        service.change_role(admin, theirs, Role.TRIAGE_OFFICER)
    assert people.organisation_at(admin.organisation_id).head_of_service_id is None
    assert answers(house) is None
    assert left(house) == [house["admin"].user_id]
    assert last_rung(house) == ["Rob Tennant"]
    actions = db.session().scalars(select(AuditEvent.action)).all()
    assert "organisations:organisation:head_left" in actions


def test_once_another_is_named_nobody_is_asked_to_any_more(house):
    admin = house["admin"].actor
    head.name(admin, member(house["margaret"]), None)
    assert left(house) == []
    service.leave(admin, membership(house["margaret"]))
    prompt = db.session().scalars(select(Prompt).where(Prompt.kind == "head_left")).one()
    [mail] = db.session().scalars(select(OutboxMail).where(OutboxMail.template == "timescales/prompt")).all()
    assert mail.to_address == house["admin"].email
    assert things.address(prompt.kind, prompt.reference) == "/head-of-service"
    head.name(admin, member(house["rob"]), None)
    assert left(house) == []


def test_another_manager_who_leaves_changes_nothing(house):
    head.name(house["admin"].actor, member(house["margaret"]), None)
    service.leave(house["admin"].actor, membership(house["rob"]))
    assert last_rung(house) == ["Margaret Ellis"]


@pytest.fixture
def kept(database, moment):
    """KSAF with a manager and an administrator, committed."""
    with database.transaction():
        ksaf = referrals.operator()
        return [people.add_person(ksaf, role) for role in (Role.MANAGER, Role.ADMINISTRATOR)]


def test_an_administrator_chooses_a_manager_on_a_page(kept, client_of, database):
    manager, administrator = kept
    admin = client_of(administrator)
    with database.system_transaction(write=False):
        home = f"/organisations/{people.organisation_key(administrator.organisation_id)}"
    assert "Nobody is named" in admin.get(home).text
    page = admin.get("/head-of-service").text
    assert manager.name in page
    assert administrator.name not in page.partition("<main")[2]
    nothing = admin.post("/head-of-service", data={"before": ""})
    assert nothing.status_code == 422
    assert "Select a manager" in nothing.text
    no_manager = {"before": "", "head": str(administrator.user_id)}
    assert admin.post("/head-of-service", data=no_manager).status_code == 422
    chosen = {"before": "", "head": str(manager.user_id)}
    answer = admin.post("/head-of-service", data=chosen)
    assert (answer.status_code, answer.location) == (303, home)
    assert f"{manager.name} is head of service." in admin.get(home).text
    again = admin.post("/head-of-service", data=chosen)
    assert again.status_code == 409
    assert "meanwhile" in again.text
    assert client_of(manager).get("/head-of-service").status_code == 403
