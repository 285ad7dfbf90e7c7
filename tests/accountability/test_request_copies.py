"""The copy for a request: prepared, read, given as a file; nothing leaves before it was read."""

import io
import json

import pytest
from pypdf import PdfReader
from sqlmodel import select

from portal.access.roles import Role
from portal.accountability.requests import copies, service
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import Kind, Outcome, Question
from portal.audit.models import AuditEvent
from portal.tenancy import enter
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.factories.data_requests import asked

DECIDED = {"safeguarding": "withhold", "why": "Grace Adu was asked: it could harm the child"}


@pytest.fixture
def asks(client_of, database, cast) -> str:
    """A parent's request for a copy of the referral."""
    with database.transaction(tenant=cast.manager.organisation_id):
        referral = referrals.load_for(cast.manager, cast.referral.id)
        made = service.record(cast.manager.actor, asked(referrals=(referral,)))
        return f"/data-requests/{made.reference}"


def events(database, verb: str) -> list[AuditEvent]:
    with database.system_transaction(write=False) as session:
        wanted = select(AuditEvent).where(AuditEvent.action.endswith(verb), AuditEvent.subject_type == "referral")
        return list(session.scalars(wanted))


def test_a_copy_is_read_before_it_leaves_and_each_file_is_recorded(client_of, database, cast, asks):
    manager = client_of(cast.manager)
    early = manager.post(f"{asks}/answer", data={"outcome": "granted", "words": "All", "sent": "By hand"})
    assert (early.status_code, "First prepare the copy" in early.text) == (422, True)
    copy = manager.post(f"{asks}/copies", data=DECIDED).headers["Location"]
    shown = manager.get(copy).text
    assert "[Withheld: safeguarding]" in shown
    assert "Schedule 3, Parts 3 and 5" in shown
    assert [manager.get(f"{copy}/{form}").status_code for form in ("pdf", "json")] == [404, 404]
    assert manager.post(f"{copy}/read").status_code == 303
    answer = manager.get(f"{copy}/pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{cast.referral.reference}.pdf"'
    reader = PdfReader(io.BytesIO(answer.get_data()))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    told = json.loads(manager.get(f"{copy}/json").get_data())
    assert told["reference"] == cast.referral.reference
    assert told["withheld"]["safeguarding"] > 0
    assert DECIDED["why"] in told["decided_why"]
    assert len(events(database, "record:copied")) == 1
    assert len(events(database, "copy:taken")) == 2
    done = manager.post(f"{asks}/answer", data={"outcome": "in_part", "words": "Others withheld", "sent": "By hand"})
    assert done.status_code == 303


def test_what_the_reader_ticks_is_left_out_of_every_file(client_of, cast, asks):
    manager = client_of(cast.manager)
    copy = manager.post(f"{asks}/copies", data=DECIDED).headers["Location"]
    before = manager.get(copy).text
    assert f'value="{cast.referral.child_family_name}"' not in before
    assert before.count(">Khan<") > 0
    manager.post(f"{copy}/read", data={"withhold": ["0.0.2", "9.9.9", "nonsense"]})
    told = json.loads(manager.get(f"{copy}/json").get_data())
    assert told["parts"][0]["rows"][0]["Last name"] == "[Withheld: about other people]"
    text = "\n".join(each.extract_text() for each in PdfReader(io.BytesIO(manager.get(f"{copy}/pdf").get_data())).pages)
    assert "[Withheld: about other people]" in text
    again = manager.post(f"{copy}/read", data={"withhold": ["0.0.1"]})
    assert (again.status_code, "read this copy on" in again.text) == (409, True)
    assert json.loads(manager.get(f"{copy}/json").get_data())["parts"][0]["rows"][0]["First name"] != (
        "[Withheld: about other people]"
    )


@pytest.mark.parametrize("missing", ["safeguarding", "why"])
def test_nothing_typed_is_lost(client_of, cast, asks, missing):
    answer = client_of(cast.manager).post(f"{asks}/copies", data=DECIDED | {missing: ""})
    assert answer.status_code == 422
    assert DECIDED["why"] in answer.text or missing == "why"


def test_an_administrator_and_the_school_never_see_a_copy(client_of, database, cast, asks):
    manager = client_of(cast.manager)
    copy = manager.post(f"{asks}/copies", data=DECIDED).headers["Location"]
    manager.post(f"{copy}/read")
    with database.transaction():
        administrator = referrals.staff(Role.ADMINISTRATOR)
    for person in (administrator, cast.admin, cast.safeguarding, cast.stranger):
        client = client_of(person)
        answers = [client.get(f"{copy}{form}").status_code for form in ("", "/pdf", "/json")]
        assert (answers, client.post(f"{copy}/read").status_code) == ([404] * 3, 404)
        assert client.post(f"{asks}/copies", data=DECIDED).status_code == 404
    assert "/copies" not in client_of(administrator).get(asks).text


@pytest.fixture
def manager(tx):
    made = referrals.staff(Role.MANAGER)
    enter(tx, made.organisation_id)
    return made


def test_no_copy_without_knowing_who_asks_nor_for_another_question(tx, manager):
    other = service.record(manager.actor, asked(kind=Kind.CORRECTION))
    with pytest.raises(RequestRefusedError, match="No copy"):
        copies.prepare(manager.actor, other, "KSAF-7F3K-9QRT", gives_safeguarding=False, why="")
    about_nobody = service.record(manager.actor, asked())
    with pytest.raises(RequestRefusedError, match="No copy"):
        copies.prepare(manager.actor, about_nobody, "KSAF-7F3K-9QRT", gives_safeguarding=False, why="")
    assert not copies.is_lacking(manager.actor, about_nobody)
    service.ask(manager.actor, about_nobody, Question.CLARIFICATION, "Which?")
    service.answer(manager.actor, about_nobody, Outcome.GRANTED, "Told", "By post")


def test_a_copy_that_was_read_is_changed_by_nobody(tx, manager):
    owner = people.add_person(people.add_organisation(), Role.REFERRER)
    sent = referrals.acknowledged(owner, manager)
    referral = referrals.load_for(manager, sent.id)
    request = service.record(manager.actor, asked(known_by="", referrals=(referral,)))
    with pytest.raises(RequestRefusedError, match="who they say"):
        copies.prepare(manager.actor, request, referral.reference, gives_safeguarding=True, why="No harm")
    service.reply(manager.actor, request, "Called back", request.received_on)
    row = copies.prepare(manager.actor, request, referral.reference, gives_safeguarding=True, why="No harm")
    opened = copies.open_copy(manager.actor, request.reference, row.key)
    copies.read(manager.actor, opened, ())
    with pytest.raises(SomeoneWasFirstError):
        copies.read(manager.actor, opened, ("0.0.0",))
