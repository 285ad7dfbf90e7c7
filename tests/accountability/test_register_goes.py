"""The register of requests has its own time: its words and copies go six years after the answer, its figures stay."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal import tables
from portal.accountability.requests import queries as register
from portal.accountability.requests import service
from portal.accountability.requests.models import DataCopy, DataRequest, DataRequestStep
from portal.accountability.requests.rules import Outcome
from portal.referrals.files import storage
from portal.retention import erasures, holds, jobs, queries
from portal.retention.erasing import Subject
from portal.retention.service import Reason, carry_out
from tests.factories import data_requests, referrals

REFUSED = "append-only|permission denied"
DUE = date(2032, 11, 23)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path):
    """Keep files and the list of erasures in the test's own folder."""
    before = erasures._file
    storage.use_folder(tmp_path / "attachments")
    erasures.use_file(tmp_path / "erasures.jsonl")
    yield
    erasures._file = before


@pytest.fixture
def answered(database, cast) -> str:
    """The reference of a request that was answered on Monday 23 November 2026 with a copy."""
    with database.transaction(tenant=cast.manager.organisation_id):
        reference, _ = data_requests.copied(cast.manager, cast.referral.reference, "Dana Reid")
        request = register.get_request(cast.manager.actor, reference)
        service.answer(cast.manager.actor, request, Outcome.GRANTED, "All of it", "By post")
    return reference


def due_on(database, day) -> list[str]:
    with database.system_transaction(write=False):
        return [each.reference for each in queries.due(day, 100) if each.kind == "data_request"]


def test_it_is_due_six_years_after_the_answer_and_not_while_a_record_is_held(database, cast, answered):
    assert due_on(database, DUE - timedelta(days=1)) == []
    assert due_on(database, DUE) == [answered]
    with database.transaction(tenant=cast.manager.organisation_id):
        held = referrals.load_for(cast.manager, cast.referral.id)
        holds.place(cast.manager.actor, held, "A court has asked for it", date(2033, 1, 1))
    assert due_on(database, DUE) == []


def test_a_manager_lets_it_go_and_nothing_says_who_asked(client_of, database, cast, answered, moment):
    moment.set(datetime(2033, 3, 1, 10, tzinfo=UTC))
    manager = client_of(cast.manager)
    listed = manager.get("/retention").text
    assert answered in listed
    with database.system_transaction(write=False) as session:
        number = session.scalars(select(DataRequest.id).where(DataRequest.reference == answered)).one()
    assert manager.post("/retention/approve", data={"item": f"data_request:{number}", "read": "y"}).status_code == 303
    assert jobs.run(database, moment.now)["erased"] == 1
    with database.system_transaction(write=False) as session:
        left = session.scalars(select(DataRequest).where(DataRequest.id == number)).one()
        steps = session.scalars(select(DataRequestStep).where(DataRequestStep.data_request_id == number)).all()
        copy = session.scalars(select(DataCopy).where(DataCopy.data_request_id == number)).one()
    assert (left.asker, left.reply_to, left.about, left.asked) == ("", "", "", "")
    assert (left.outcome, left.received_on) == (Outcome.GRANTED, date(2026, 11, 23))
    assert {(step.title, step.note) for step in steps} == {("", "")}
    assert (copy.content, copy.safeguarding_why) == ({}, "")
    assert manager.get(f"/data-requests/{answered}").status_code == 404
    assert answered not in manager.get("/data-requests?show=answered").text
    assert due_on(database, date(2034, 1, 1)) == []


@pytest.mark.parametrize(
    ("table", "emptied", "other"),
    [("data_request", "asked", "recorded_by_name"), ("data_request_step", "note", "done_by_name")],
)
def test_the_guards_let_the_words_go_with_it_and_nothing_else(database, cast, answered, table, emptied, other):
    held = tables.metadata.tables[table]

    def change(**values):
        with database.system_transaction() as session:
            session.execute(update(held).where(held.c.id == 1).values(values))

    for values in ({emptied: ""}, {emptied: "Said later"}, {other: "Somebody"}):
        with pytest.raises(DBAPIError, match=REFUSED):
            change(**values)
    with database.system_transaction() as session:
        number = session.scalars(select(DataRequest.id).where(DataRequest.reference == answered)).one()
        carry_out(Subject("data_request", number, answered), "a key", Reason("data_request"))
    for values in ({emptied: "Said later"}, {other: "Somebody"}):
        with pytest.raises(DBAPIError, match=REFUSED):
            change(**values)
