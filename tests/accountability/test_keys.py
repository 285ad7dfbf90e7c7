"""Changing keys: everything comes under the newest, nothing is lost, and the guards stand afterwards as before."""

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import LargeBinary, select, text, type_coerce
from sqlalchemy.exc import DatabaseError

from portal import crypto, schema, tables
from portal.accountability.keys import rotation
from portal.audit import verify
from portal.consent.models import ConsentEvent, Position
from portal.referrals.files import storage
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.tenancy import as_system
from tests.conftest import KEYS
from tests.factories import world as worlds

NEW = "another-test-key-that-is-long-enough-987654"
BOTH, NEWEST = (NEW, KEYS[0]), (NEW,)
REFUSED = "append-only|permission denied"
TABLES = list(tables.metadata.sorted_tables)


@pytest.fixture
def kept(database, moment, tmp_path):
    """The whole world of the tests, written under the old key; the keys are as they were afterwards."""
    folder = tmp_path / "attachments"
    storage.use_folder(folder)
    made = worlds.build(database)
    with database.system_transaction() as session:
        referral = session.scalars(
            select(Referral).where(Referral.reference == made.school.references[State.SENT])
        ).one()
        session.add(
            ConsentEvent(
                organisation_id=referral.organisation_id,
                referral_id=referral.id,
                purpose="ksaf_support",
                position=Position.GIVEN,
                to_whom="KSAF",
                given_by="A parent",
                limits="Not by post",
                detail={"reason": "asking_is_unsafe"},
                recorded_by_id=referral.created_by_id,
                recorded_at=moment.now,
            )
        )
    yield folder
    crypto.use_keys(KEYS)


def rotate(database, folder, keys=BOTH, batch=50):
    crypto.use_keys(keys)
    return rotation.rotate(database.url, TABLES, folder, batch)


def opened(database) -> dict[str, list]:
    """Every encrypted column as the portal reads it."""
    with database.system_transaction(write=False) as session:
        return {
            f"{table.name}.{name}": [
                str(value)
                for value in session.connection()
                .execute(select(table.c[name]).order_by(*table.primary_key.columns))
                .scalars()
            ]
            for table in TABLES
            for name in rotation.encrypted_columns(table)
        }


def test_everything_is_under_the_newest_key_and_the_old_one_can_go(database, kept):
    before, files = opened(database), {name: storage.read(name) for name in storage.names(kept)}
    assert worlds.PDF in files.values()
    done = rotate(database, kept)
    assert done.unreadable == {}
    filled = {what for what, values in before.items() if any(value != "None" for value in values)}
    assert {"consent_event.detail", "case_contact.observation", "referral_section.answers"} <= filled
    assert filled | {rotation.ATTACHMENTS, rotation.HOUSEHOLDS} == done.renewed.keys()
    assert rotate(database, kept).renewed == {}  # a second run finds nothing to do
    crypto.use_keys(NEWEST)
    assert opened(database) == before
    assert {name: storage.read(name) for name in files} == files
    renewed = sum(done.renewed.values()) - done.renewed.get(rotation.HOUSEHOLDS, 0)
    assert renewed == done.held
    with database.system_transaction(write=False):
        assert verify.first_break() is None
    print(f"{done.held} values of {len(done.renewed)} kinds under the newest key, the old one dropped, 0 unreadable")


def test_a_run_that_was_stopped_goes_on(database, kept, monkeypatch):
    whole, real, left = rotation.encrypted_columns, crypto.renewed, [200]

    def stops(stored):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(stored)

    monkeypatch.setattr(crypto, "renewed", stops)
    with pytest.raises(KeyboardInterrupt):
        rotate(database, kept, batch=20)
    monkeypatch.setattr(crypto, "renewed", real)
    before = opened(database)
    done = rotate(database, kept)
    assert 0 < sum(done.renewed.values()) < done.held
    crypto.use_keys(NEWEST)
    assert opened(database) == before
    assert whole(TABLES[0]) == []


def test_the_guards_stand_again(database, kept):
    rotate(database, kept)
    for statement in ("update consent_event set detail = null", "delete from case_contact", "delete from audit_event"):
        with pytest.raises(DatabaseError, match=REFUSED), database.system_transaction() as session:
            session.connection().exec_driver_sql(statement)
    engine = schema.unguarded_engine(database.url)  # whoever may lift a guard meets it too until they do
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql("update consent_event set detail = null")
    engine.dispose()


def test_homes_are_still_known_as_one(database, kept):
    with database.system_transaction(write=False) as session:
        asked = text("select household_key from referral where household_key is not null order by id")
        before = session.connection().execute(asked).scalars().all()
    rotate(database, kept)
    with database.system_transaction(write=False) as session:
        after = session.connection().execute(asked).scalars().all()
    assert set(before).isdisjoint(after)
    assert [before.index(each) for each in before] == [after.index(each) for each in after]


def test_what_no_key_opens_is_left_and_named(database, kept):
    crypto.use_keys(NEWEST)
    with database.system_transaction() as session:
        statement = text("update decision set comment = :junk where id = (select min(id) from decision)")
        session.connection().execute(statement, {"junk": b"not ours"})
    assert rotate(database, kept).unreadable == {"decision.comment": 1}


def test_without_the_old_key_nothing_is_touched(database, kept):
    with database.system_transaction(write=False) as session, as_system(session):
        asked = select(type_coerce(ConsentEvent.detail, LargeBinary)).order_by(ConsentEvent.id)
        before = session.connection().execute(asked).scalars().all()
    done = rotate(database, kept, NEWEST)
    assert done.renewed == {}
    assert sum(done.unreadable.values()) == done.held
    with database.system_transaction(write=False) as session:
        assert session.connection().execute(asked).scalars().all() == before
    with pytest.raises(InvalidToken):
        opened(database)
