import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from portal import tenancy
from portal.audit import service, verify
from portal.audit.actions import Action
from portal.audit.models import AuditEvent, AuditPayload
from tests.factories import people


@pytest.fixture
def person(tx):
    made = people.add_person(people.add_organisation())
    tenancy.enter(tx, made.organisation_id)
    return made


def write(person, count=5):
    for number in range(count):
        service.record(person.actor, Action.DRAFT_STARTED, subject=("referral", number), reference=f"KSAF-{number}")


def broken(tx, anchor=None):
    with tenancy.as_system(tx):
        return verify.first_break(anchor)


def tamper(tx, statement, **values):
    """Change the record as an intruder with the database's own rights would, guards switched off."""
    with tenancy.as_system(tx):
        connection = tx.connection()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("reset role")
            connection.exec_driver_sql("set session_replication_role = replica")
        else:
            raw = connection.connection.dbapi_connection
            raw.set_authorizer(None)
            for name in ("update", "delete", "replace"):
                raw.execute(f"drop trigger if exists audit_event_no_{name}")
        if statement.startswith("delete from audit_event"):
            connection.exec_driver_sql("delete from audit_payload")  # erasing details is no tampering: see below
        connection.execute(text(statement), values)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("set session_replication_role = default")
        tx.expire_all()


def test_a_chain_that_nobody_touched_is_whole(tx, person):
    write(person)
    assert broken(tx) is None
    assert tx.scalars(select(AuditEvent.sequence).order_by(AuditEvent.sequence)).all() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update audit_event set action = 'x' where sequence = 3", "event 3 was changed"),
        ("update audit_event set actor_id = 999 where sequence = 2", "event 2 was changed"),
        ("delete from audit_event where sequence = 3", "event 3 is missing"),
        ("delete from audit_event where sequence = 5", "ends at event 4"),
        ("update audit_event set sequence = sequence + 10 where sequence = 5", "event 5 is missing"),
        ("delete from audit_head", "has no head"),
    ],
)
def test_tampering_is_found_and_its_place_named(tx, person, statement, said):
    write(person)
    tamper(tx, statement)
    assert said in broken(tx)


def test_a_changed_detail_is_found_but_an_erased_one_is_allowed(tx, person):
    write(person)
    row = tx.scalars(select(AuditPayload)).first()
    with tenancy.as_system(tx):
        tx.delete(row)
    assert broken(tx) is None
    with tenancy.as_system(tx):
        tx.scalars(select(AuditPayload)).first().detail = {"reference": "another"}
        tx.flush()
    assert "detail of event" in broken(tx)


def test_a_detail_that_no_key_opens_is_a_changed_one(tx, person):
    write(person)
    tamper(tx, "update audit_payload set detail = :junk", junk=b"not ours")
    assert "the detail of event 1 was changed" in broken(tx)


def test_an_event_slipped_in_before_the_first_is_found(tx, person):
    write(person)
    tamper(
        tx,
        "insert into audit_event"
        " (sequence, organisation_id, at, action, subject_type, payload_digest, previous_hash, hash)"
        " select 0, organisation_id, at, action, subject_type, payload_digest, previous_hash, hash"
        " from audit_event where sequence = 1",
    )
    assert "event 1 is missing" in broken(tx)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # PostgreSQL's columns refuse what is no instant
def test_an_event_that_cannot_be_read_is_named(tx, person):
    write(person)
    tamper(tx, "update audit_event set at = 'yesterday' where sequence = 4")
    assert "event 4 cannot be read" in broken(tx)


def test_an_anchor_shows_a_chain_cut_short_and_mended(tx, person):
    write(person)
    with tenancy.as_system(tx):
        anchor = verify.heads()
    tamper(tx, "delete from audit_event where sequence > 3")
    with tenancy.as_system(tx):
        last = tx.scalars(select(AuditEvent).where(AuditEvent.sequence == 3)).one()
    tamper(tx, "update audit_head set sequence = 3, hash = :hash", hash=last.hash)
    assert broken(tx) is None
    assert "before the anchor" in broken(tx, anchor)


@pytest.mark.parametrize("statement", ["update audit_event set action = 'x'", "delete from audit_event"])
def test_the_database_itself_refuses_to_change_an_event(tx, person, statement):
    write(person, 1)
    with tenancy.as_system(tx), pytest.raises(DatabaseError), tx.begin_nested():
        tx.connection().exec_driver_sql(statement)
    assert broken(tx) is None


def test_an_event_with_undeclared_detail_is_refused(tx, person):
    with pytest.raises(service.UndeclaredDetailError):
        service.record(person.actor, Action.DRAFT_STARTED, subject=("referral", 1), child="Canary")


def test_each_organisation_has_a_chain_of_its_own(tx, person):
    other = people.add_person(people.add_organisation())
    write(person, 2)
    tenancy.enter(tx, other.organisation_id)
    write(other, 3)
    assert [event.organisation_id for event in tx.scalars(select(AuditEvent))] == [other.organisation_id] * 3
    assert broken(tx) is None
