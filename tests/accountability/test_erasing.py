"""Removing what somebody asks to be removed: read first, agreed to by a second manager, done at once and for good."""

import re
from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal import tables
from portal.access.roles import Role
from portal.accountability.requests import corrections, erasing, service
from portal.accountability.requests.corrections import Statement
from portal.accountability.requests.models import DataCopy, DataErasure, DataRequest
from portal.accountability.requests.rules import Kind, Outcome
from portal.notifications.models import OutboxMail
from portal.referrals import conversation
from portal.referrals.corrections.models import Corrected, RecordCorrection
from portal.referrals.files import storage
from portal.referrals.models import Referral
from portal.retention import erasures, holds, preview
from portal.retention.models import Erasure
from portal.timescales.models import Deadline, DeadlineState, Prompt
from tests.factories import concerns, data_requests, people, referrals
from tests.factories.data_requests import asked
from tests.factories.statements import counted

REFUSED = "append-only|permission denied"
WHY = "You took your agreement back, and nothing obliges us to keep it."
SENT = "By post, today"
AGREED = {"sent": SENT, "read": "y"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path):
    """Keep files and the list of erasures in the test's own folder."""
    before = erasures._file
    storage.use_folder(tmp_path / "attachments")
    erasures.use_file(tmp_path / "erasures.jsonl")
    yield
    erasures._file = before


@pytest.fixture
def second(database, cast):
    """Another manager of KSAF."""
    with database.transaction():
        return referrals.staff(Role.MANAGER)


def withdrawn(cast):
    about = referrals.load_for(cast.referrer, cast.referral.id)
    conversation.withdraw(cast.referrer.actor, about, "The family has moved away")


@pytest.fixture
def over(database, cast):
    """The referral of the cast, withdrawn with a copy made of it and a statement beside it."""
    with database.transaction(tenant=cast.manager.organisation_id):
        reference = cast.referral.reference
        data_requests.copied(cast.manager, reference, "Dana Reid")
        about = referrals.load_for(cast.manager, cast.referral.id)
        request = service.record(cast.manager.actor, asked(kind=Kind.CORRECTION, referrals=(about,)))
        said = Statement(Corrected.REFERRAL, is_corrected=True, wrong="On Tuesday", statement="On Monday")
        corrections.add(cast.manager.actor, request, reference, said)
    with database.transaction(tenant=cast.referrer.organisation_id):
        withdrawn(cast)
    return reference


@pytest.fixture
def asks(database, cast):
    """The address of a parent's request to remove the referral."""
    with database.transaction(tenant=cast.manager.organisation_id):
        about = referrals.load_for(cast.manager, cast.referral.id)
        made = service.record(cast.manager.actor, asked(kind=Kind.ERASURE, referrals=(about,)))
        return f"/data-requests/{made.reference}"


def one(database, table):
    with database.system_transaction(write=False) as session:
        return session.scalars(select(table).order_by(table.id.desc())).first()


def referral(database, reference):
    with database.system_transaction(write=False) as session:
        return session.scalars(select(Referral).where(Referral.reference == reference)).one()


def proposed(client, asks, over) -> str:
    answer = client.post(f"{asks}/erasure", data={"going": over, "words": WHY})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def key_of(client, asks) -> str:
    return re.search(rf"{asks}/erasure/([\w-]+)/approve", client.get(f"{asks}/erasure").text)[1]


def test_what_goes_and_what_stays_is_read_before_anybody_decides(client_of, cast, over, asks):
    shown = client_of(cast.manager).get(f"{asks}/erasure").text
    for each in (
        "Sections of the referral form",
        "Copies that were made for the family",
        "Statements beside the record",
    ):
        assert each in shown
    assert "The chain of what was done holds no name and no story" in shown
    assert "It cannot be undone once a second manager agrees" in shown
    assert "Assessments" not in shown  # there are none of this family
    assert f'href="{asks}/erasure"' in client_of(cast.manager).get(asks).text


def test_the_page_asks_no_more_than_eight_times(client_of, database, cast, over, asks):
    manager = client_of(cast.manager)
    with database.transaction(tenant=cast.manager.organisation_id):
        held = referrals.load_for(cast.manager, cast.referral.id)
        holds.place(cast.manager.actor, held, "A court has asked for it", date(2027, 11, 23))
    manager.get(f"{asks}/erasure")
    for page in (f"{asks}/erasure", f"{asks}/answer", asks):
        with counted(database) as queries:
            assert manager.get(page).status_code == 200
        print(f"{page.rpartition('/')[2]}: {len(queries)} queries")
        assert len(queries) <= 8, queries


def test_more_records_than_one_statement_can_count(database, cast, over):
    """Both engines limit the columns of a statement."""
    with database.transaction(tenant=cast.manager.organisation_id):
        about = referrals.load_for(cast.manager, cast.referral.id)
        found = preview.of_referrals([about] * (2 * preview.AT_ONCE + 1))
    assert [each.reference for each in found] == [over] * (2 * preview.AT_ONCE + 1)
    assert all(each.going for each in found)


def test_a_second_manager_agrees_and_it_goes_with_the_answer(client_of, database, cast, second, over, asks):
    first, other = client_of(cast.manager), client_of(second)
    early = first.post(f"{asks}/answer", data={"outcome": "erased", "words": WHY, "sent": SENT})
    assert (early.status_code, "First propose what is to be removed" in early.text) == (422, True)
    proposed(first, asks, over)
    assert referral(database, over).anonymised_at is None
    with database.system_transaction(write=False) as session:
        told = session.scalars(select(OutboxMail).where(OutboxMail.template == "accountability/erasure_waiting")).all()
        prompts = session.scalars(select(Prompt).where(Prompt.kind == "erasure_waiting")).all()
        clock_runs = session.scalars(select(Deadline).where(Deadline.kind == "data_request")).all()
    assert [each.to_address for each in told] == [second.email]
    assert [each.user_id for each in prompts] == [second.user_id]
    assert {each.state for each in clock_runs} == {DeadlineState.RUNNING}
    key = key_of(other, asks)
    done = other.post(f"{asks}/erasure/{key}/approve", data=AGREED)
    assert done.status_code == 303, done.text
    gone = referral(database, over)
    assert (gone.child_given_name, gone.child_family_name, gone.anonymised_at is None) == ("", "", False)
    answered = other.get(asks).text
    assert all(each in answered for each in ("Done: it has been removed", WHY, SENT))
    assert one(database, DataRequest).outcome is Outcome.ERASED
    assert one(database, Erasure).reason == f"Request {asks.rpartition('/')[2]}"
    with database.system_transaction(write=False) as session:
        about = select(Deadline).where(Deadline.reference == asks.rpartition("/")[2])
        assert {each.state for each in session.scalars(about)} == {DeadlineState.MET}
        assert session.scalars(select(Prompt.closed_at).where(Prompt.kind == "erasure_waiting")).one() is not None
    assert client_of(cast.referrer).get(f"/referrals/{over}").status_code == 404
    late = other.post(f"{asks}/erasure/{key}/approve", data=AGREED)
    assert (late.status_code, SENT in late.text) == (409, False)  # there is nothing left to agree to


def test_nobody_agrees_to_their_own_proposal(client_of, database, cast, second, over, asks):
    first = client_of(cast.manager)
    proposed(first, asks, over)
    key = key_of(client_of(second), asks)
    for step, typed in (("approve", AGREED), ("return", {"comment": "I changed my mind"})):
        answer = first.post(f"{asks}/erasure/{key}/{step}", data=typed)
        assert (answer.status_code, "another manager agrees to it" in answer.text) == (422, True)
    assert referral(database, over).anonymised_at is None
    again = first.post(f"{asks}/erasure", data={"going": over, "words": "Twice"})
    assert again.status_code == 409


def test_it_is_returned_with_what_has_to_change(client_of, database, cast, second, over, asks):
    first, other = client_of(cast.manager), client_of(second)
    proposed(first, asks, over)
    key = key_of(other, asks)
    empty = other.post(f"{asks}/erasure/{key}/return", data={"comment": ""})
    assert (empty.status_code, "Enter what has to change" in empty.text) == (422, True)
    assert other.post(f"{asks}/erasure/{key}/return", data={"comment": "Ask the school first"}).status_code == 303
    assert "Ask the school first" in first.get(f"{asks}/erasure").text
    with database.system_transaction(write=False) as session:
        [back] = session.scalars(select(Prompt).where(Prompt.kind == "erasure_returned")).all()
    assert (back.user_id, back.closed_at) == (cast.manager.user_id, None)
    proposed(first, asks, over)
    assert key_of(other, asks) != key


def test_it_comes_back_to_who_keeps_the_register_once_its_proposer_left(client_of, database, cast, second, over, asks):
    proposed(client_of(cast.manager), asks, over)
    with database.system_transaction():
        people.gone(cast.manager)
    other = client_of(second)
    other.post(f"{asks}/erasure/{key_of(other, asks)}/return", data={"comment": "Ask the school first"})
    with database.system_transaction(write=False) as session:
        told = select(Prompt).where(Prompt.kind == "erasure_returned")
        assert [back.user_id for back in session.scalars(told).all()] == [second.user_id]


def test_a_hold_that_came_since_keeps_it_and_says_why(client_of, database, cast, second, over, asks):
    proposed(client_of(cast.manager), asks, over)
    other = client_of(second)
    key = key_of(other, asks)
    with database.transaction(tenant=cast.manager.organisation_id):
        held = referrals.load_for(cast.manager, cast.referral.id)
        holds.place(cast.manager.actor, held, "A court has asked for it", date(2027, 11, 23))
    answer = other.post(f"{asks}/erasure/{key}/approve", data=AGREED)
    assert answer.status_code == 422
    assert "Ruth Lane put a hold on this record: A court has asked for it" in answer.text
    assert SENT in answer.text
    assert referral(database, over).anonymised_at is None
    assert list(erasures.read(erasures.file())) == []
    assert one(database, DataErasure).settled_at is None


@pytest.mark.parametrize("reason", ["open", "safeguarding"])
def test_what_has_to_stay_is_refused_in_words_with_the_familys_rights(client_of, database, cast, asks, reason):
    manager = client_of(cast.manager)
    if reason == "safeguarding":
        with database.transaction():
            concerns.raised(cast.referral.reference, cast.referrer, "worry")
        with database.transaction(tenant=cast.referrer.organisation_id):
            withdrawn(cast)
    shown = manager.get(f"{asks}/erasure").text
    why = {"open": "still open", "safeguarding": "There is a safeguarding record on this referral"}[reason]
    assert why in shown
    assert "Remove it for good" not in shown
    refused = manager.post(f"{asks}/erasure", data={"going": cast.referral.reference, "words": WHY})
    assert (refused.status_code, "has to stay" in refused.text) == (422, True)
    begun = manager.get(f"{asks}/answer").text
    assert all(each in begun for each in ("Article 17(3)", "0303 123 1113", "ask a court"))
    assert "safeguarding" not in erasing.REFUSAL  # nothing that could harm the child is put into the answer
    done = manager.post(f"{asks}/answer", data={"outcome": "refused", "words": "Kept by law", "sent": SENT})
    assert done.status_code == 303
    assert one(database, DataRequest).outcome is Outcome.REFUSED


def test_what_was_typed_survives_and_only_managers_find_the_page(client_of, database, cast, second, over, asks):
    manager, other = client_of(cast.manager), client_of(second)
    assert manager.post(f"{asks}/erasure", data={"going": over, "words": ""}).status_code == 422
    proposed(manager, asks, over)
    key = key_of(other, asks)
    unread = other.post(f"{asks}/erasure/{key}/approve", data={"sent": SENT})
    assert (unread.status_code, SENT in unread.text) == (422, True)
    with database.transaction():
        administrator = referrals.staff(Role.ADMINISTRATOR)
    for person in (administrator, cast.officer, cast.referrer):
        client = client_of(person)
        assert client.get(f"{asks}/erasure").status_code == 404
        for step in ("", f"/{key}/approve", f"/{key}/return"):
            assert client.post(f"{asks}/erasure{step}", data=AGREED).status_code == 404
    assert other.post(f"{asks}/erasure/nowhere/approve", data=AGREED).status_code == 404


def test_an_answer_in_another_way_settles_what_was_proposed(client_of, database, cast, over, asks):
    manager = client_of(cast.manager)
    proposed(manager, asks, over)
    taken_back = {"outcome": "taken_back", "words": "They called", "sent": "By phone"}
    assert manager.post(f"{asks}/answer", data=taken_back).status_code == 303
    assert one(database, DataErasure).is_approved is False
    assert referral(database, over).anonymised_at is None


class TestGuards:
    """Copies and statements are insert only, but for being emptied with the record or the request they belong to."""

    def change(self, database, table, number, **values):
        held = tables.metadata.tables[table]
        with database.system_transaction() as session:
            session.execute(update(held).where(held.c.id == number).values(values))

    @pytest.mark.parametrize("row", [DataCopy, RecordCorrection])
    def test_they_are_emptied_with_the_record_and_changed_by_nothing_else(
        self, client_of, database, cast, second, over, asks, row
    ):
        gone, name = {
            DataCopy: (("content", "safeguarding_why"), "prepared_by_name"),
            RecordCorrection: (("wrong", "statement"), "made_by_name"),
        }[row]
        table, number = row.__tablename__, one(database, row).id
        for values in ({gone[1]: ""}, {name: "Somebody"}):
            with pytest.raises(DBAPIError, match=REFUSED):
                self.change(database, table, number, **values)
        proposed(client_of(cast.manager), asks, over)
        key = key_of(client_of(second), asks)
        assert client_of(second).post(f"{asks}/erasure/{key}/approve", data=AGREED).status_code == 303
        assert not any(getattr(one(database, row), column) for column in gone)
        for values in ({gone[1]: "Said later"}, {name: "Somebody"}):
            with pytest.raises(DBAPIError, match=REFUSED):
                self.change(database, table, number, **values)

    def test_a_settled_proposal_is_changed_no_more(self, client_of, database, cast, second, over, asks):
        proposed(client_of(cast.manager), asks, over)
        key = key_of(client_of(second), asks)
        client_of(second).post(f"{asks}/erasure/{key}/return", data={"comment": "Not yet"})
        number = one(database, DataErasure).id
        for values in ({"comment": "Other"}, {"is_approved": True}, {"words": "Other"}):
            with pytest.raises(DBAPIError, match=REFUSED):
                self.change(database, "data_erasure", number, **values)
