import sqlite3
import threading

import pytest
from sqlmodel import select

from portal import db, tenancy
from portal.organisations.models import Organisation
from tests.factories import people


def test_a_failed_block_leaves_nothing(database, moment):
    def failing():
        with database.system_transaction():
            people.add_organisation()
            raise LookupError

    with pytest.raises(LookupError):
        failing()
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(Organisation)).all() == []


def test_a_reading_session_refuses_to_write(database, moment):
    with database.system_transaction(write=False) as session:
        session.add(Organisation(key="k", name="n", kind="health", created_at=moment.now))
        with pytest.raises(tenancy.TenancyError):
            session.flush()
        session.expunge_all()


def test_read_modify_write_from_many_threads_loses_nothing(database, moment):
    with database.system_transaction():
        made = people.add_organisation()
    organisation_id, rounds = made.id, 25

    def add_one() -> None:
        for _ in range(rounds):
            with database.system_transaction() as session:
                wanted = select(Organisation).where(Organisation.id == organisation_id).with_for_update()
                row = session.scalars(wanted).one()
                row.phone = str(int(row.phone or 0) + 1)

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(Organisation.phone)).one() == str(4 * rounds)


def test_there_is_no_session_outside_a_request_or_job():
    with pytest.raises(db.NoSessionError):
        db.session()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("statement", ["DROP TABLE audit_event", "DROP TRIGGER audit_event_no_delete"])
def test_the_applications_connection_cannot_take_the_guards_away(database, statement):
    raw = database.engine.raw_connection()
    try:
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            raw.cursor().execute(statement)
    finally:
        raw.close()
