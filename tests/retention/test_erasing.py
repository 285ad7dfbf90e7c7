"""Erasing a record: nothing says who it was about, what is counted stays, and the chain is whole."""

import json

import pytest
from sqlalchemy import select as rows_of
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal import db, tables
from portal.accountability.keys import rotation
from portal.audit import verify
from portal.audit.actions import Action
from portal.audit.models import AuditEvent, AuditPayload
from portal.consent.models import ConsentEvent
from portal.referrals.files import storage
from portal.referrals.models import Attachment, Referral
from portal.referrals.rules import State
from portal.retention import erasures, parts, service
from portal.retention.models import Erasure
from portal.retention.service import KeptError
from portal.tenancy import as_system
from tests.factories import referrals

REFUSED = "append-only|permission denied"


@pytest.fixture
def closed(world):
    """The reference of a family whose support has ended."""
    return world.school.references[State.CLOSED]


@pytest.fixture
def erase(database, manager):
    """Return a function that erases a referral on request, as KSAF's manager."""

    def done(reference, reason="The family asked for it"):
        with database.transaction():
            row = referrals.load_for(manager, _id_of(reference))
            service.erase(manager.actor, row, reason)

    return done


def _id_of(reference):
    with as_system(db.session()):
        return db.session().scalars(select(Referral.id).where(Referral.reference == reference)).one()


def everything(database):
    """Every row of every table in Python, decrypted, by table."""
    with database.system_transaction(write=False) as session:
        return {
            table.name: [dict(row) for row in session.execute(rows_of(table).order_by(*table.primary_key)).mappings()]
            for table in tables.metadata.sorted_tables
        }


def said_of(found, referral_id):
    """All that the rows of one referral say, as one text."""
    about = {name: [row for row in rows if row.get("referral_id") == referral_id] for name, rows in found.items()}
    about["referral"] = [row for row in found["referral"] if row["id"] == referral_id]
    return json.dumps(about, default=str)


def test_nothing_says_who_it_was_about(database, world, closed, erase, row_of):
    row = row_of(closed)
    assert world.school.mark in said_of(everything(database), row.id)
    erase(closed)
    after = row_of(closed)
    left = said_of(everything(database), row.id).replace(world.school.people_mark, "")
    assert world.school.mark.lower() not in left.lower()
    assert (after.child_given_name, after.child_family_key, after.child_date_of_birth) == ("", "", None)
    assert (after.born_year, after.year_group, after.state) == (2013, "Year 8", State.CLOSED)
    assert after.anonymised_at is not None


def test_the_files_bytes_are_gone(database, world, closed, erase, row_of, tmp_path):
    with database.system_transaction(write=False) as session:
        mine = select(Attachment.stored_name).where(Attachment.referral_id == row_of(closed).id)
        names = set(session.scalars(mine))
    before = set(storage.names(tmp_path / "attachments"))
    assert names
    assert names <= before
    erase(closed)
    assert set(storage.names(tmp_path / "attachments")) == before - names


def test_what_is_counted_is_the_same_before_and_after(database, world, closed, erase, row_of):
    """Every column that is not emptied holds what it held, in every table: any figure made of them is the same."""
    before = everything(database)
    erase(closed)
    after = everything(database)
    emptied = {(part.table, column) for part in parts.parts() if part.of == "referral" for column in part.empty}
    marks = {("referral", "anonymised_at"), ("referral", "born_year"), ("referral", "version"), ("prompt", "closed_at")}
    marks |= {("attachment", "removed_at")}
    written = {"audit_event", "audit_payload", "audit_head", "erasure", "outbox_mail"}
    compared = 0
    for name in before.keys() - written:
        for was, now in zip(before[name], after[name], strict=True):
            for column, value in was.items():
                if (name, column) not in emptied | marks:
                    assert now[column] == value, f"{name}.{column}"
                    compared += 1
    print(f"{compared} values of {len(before) - len(written)} tables are the same before and after an erasure")
    assert compared > 5000


def test_nothing_of_anybody_else_is_touched(database, world, closed, erase, row_of):
    others = [row for row in everything(database)["referral"] if row["reference"] != closed]
    said = {row["id"]: said_of(everything(database), row["id"]) for row in others[:8]}
    erase(closed)
    found = everything(database)
    assert [row for row in found["referral"] if row["reference"] != closed] == others
    assert {number: said_of(found, number) for number in said} == said


def test_the_chain_is_whole_and_says_what_was_erased(database, world, closed, erase, row_of):
    with database.system_transaction(write=False):
        anchor = verify.heads()
    erase(closed)
    with database.system_transaction(write=False) as session:
        assert verify.first_break(anchor) is None
        about = (AuditEvent.subject_type == "referral", AuditEvent.subject_id == row_of(closed).id)
        events = session.scalars(select(AuditEvent.action).where(*about)).all()
        told = session.scalars(
            select(AuditPayload.detail).join(AuditEvent, AuditEvent.id == AuditPayload.event_id).where(*about)
        ).all()
    assert len(events) > 5
    assert told == [{"reference": closed, "rule": "request"}]
    assert events.count(Action.RECORD_ERASED) == 1


def test_the_list_outside_has_it_and_names_nobody(world, closed, erase, database, row_of):
    erase(closed, "Amira Khan's mother asked")
    [line] = list(erasures.read(erasures.file()))
    assert (line.kind, line.reference, line.subject_id) == ("referral", closed, row_of(closed).id)
    text = erasures.file().read_text(encoding="utf-8")
    assert "Amira" not in text
    assert erasures.file().stat().st_mode & 0o077 == 0
    with database.system_transaction(write=False) as session:
        assert erasures.is_up_to_date()
        assert session.scalars(select(Erasure)).one().reason == "Amira Khan's mother asked"


def test_what_is_rolled_back_leaves_no_line(database, world, closed, manager):
    with database.open(write=True) as session, db.current(session):
        service.erase(manager.actor, referrals.load_for(manager, _id_of(closed)), "why")
        session.rollback()
    assert list(erasures.read(erasures.file())) == []


def test_nobody_finds_it_any_more(client_of, world, closed, erase, manager):
    for person in (manager, next(iter(world.school.people.values()))):
        assert client_of(person).get(f"/referrals/{closed}").status_code == 200
    erase(closed)
    for person in (manager, next(iter(world.school.people.values()))):
        client = client_of(person)
        assert client.get(f"/referrals/{closed}").status_code == 404
        assert client.get(f"/referrals/{closed}/seen").status_code in {403, 404}
        assert closed not in client.get("/referrals").text


def test_the_keys_can_be_changed_afterwards(database, world, closed, erase, tmp_path):
    erase(closed)
    done = rotation.rotate(database.url, list(tables.metadata.sorted_tables), tmp_path / "attachments")
    assert done.unreadable == {}


@pytest.mark.parametrize("state", [State.SENT, State.IN_SUPPORT])
def test_what_is_open_is_not_erased(world, erase, state):
    with pytest.raises(KeptError, match="still open"):
        erase(world.school.references[state])


class TestGuards:
    """Insert-only tables refuse every change but one: the named columns of an erased record are emptied."""

    @pytest.fixture
    def events(self, database, closed, row_of):
        with database.system_transaction(write=False) as session:
            return session.scalars(select(ConsentEvent.id).where(ConsentEvent.referral_id == row_of(closed).id)).all()

    def change(self, database, table, number, **values):
        held = tables.metadata.tables[table]
        with database.system_transaction() as session:
            session.execute(update(held).where(held.c.id == number).values(values))

    def test_a_plain_update_is_refused(self, database, events):
        for values in ({"limits": None}, {"limits": "None now"}, {"position": "refused"}, {"purpose": "other"}):
            with pytest.raises(DBAPIError, match=REFUSED):
                self.change(database, "consent_event", events[0], **values)

    def test_of_an_erased_record_nothing_but_emptying_is_allowed(self, database, events, closed, erase):
        erase(closed)
        self.change(database, "consent_event", events[0], limits=None)
        for values in ({"limits": "Said later"}, {"position": "refused"}, {"limits": None, "purpose": "other"}):
            with pytest.raises(DBAPIError, match=REFUSED):
                self.change(database, "consent_event", events[0], **values)

    def test_nothing_is_deleted(self, database, events, closed, erase):
        erase(closed)
        for table in ("consent_event", "case_contact", "concern_decision", "sharing_step", "legal_hold", "erasure"):
            held = tables.metadata.tables[table]
            with database.system_transaction() as session:
                number = session.scalar(rows_of(held.c.id).limit(1))
            if number is None:
                continue
            with pytest.raises(DBAPIError, match=REFUSED), database.system_transaction() as session:
                session.execute(held.delete().where(held.c.id == number))

    @pytest.mark.parametrize(
        "table",
        ["case_contact", "concern", "concern_decision", "sharing_decision", "sharing_settlement", "sharing_step"],
    )
    def test_every_other_table_refuses_as_before(self, database, world, table):
        held = tables.metadata.tables[table]
        guarded = {part.table: part.empty for part in parts.parts() if part.of == "referral"}[table]
        with database.system_transaction(write=False) as session:
            number = session.scalar(rows_of(held.c.id).limit(1))
        if number is None:
            assert table in {"concern_decision", "sharing_step"}
            return
        for column in guarded:
            with pytest.raises(DBAPIError, match=REFUSED):
                self.change(database, table, number, **{column: "changed" if column != "parts" else {"a": "b"}})

    def test_an_erasure_is_never_changed(self, database, closed, erase):
        erase(closed)
        for values in ({"reference": "KSAF-0000-0000"}, {"subject_id": None}):
            with pytest.raises(DBAPIError, match=REFUSED):
                self.change(database, "erasure", 1, **values)
