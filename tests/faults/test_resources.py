"""A lock that is held, a disk that is full: nothing half done, words for whoever typed, no help needed afterwards."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

from portal import db, tenancy
from portal.referrals.models import TimelineEntry
from tests.factories import people, referrals

TEXT = "She was in on Tuesday and asked after her sister."
HOLD_SQLITE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE')"
HOLD_POSTGRESQL = (
    "import psycopg, sys; c = psycopg.connect(sys.argv[1]); c.execute('SELECT 1 FROM referral FOR UPDATE')"
)
AND_STAY = "; print('held', flush=True); sys.stdin.read()"
DISK = 24 * 1024 * 1024


@pytest.fixture
def impatient(monkeypatch, database):
    """Wait a fraction of a second for a lock, where the portal waits ten."""
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MILLISECONDS", 300)
    monkeypatch.setattr(tenancy, "WAIT", tenancy.WAIT.replace("10s", "300ms"))
    database.engine.dispose()


def test_a_lock_that_is_held_costs_nobody_what_they_typed(database, app, client_of, moment, impatient):
    with database.transaction():
        person = people.add_person(people.add_organisation())
        referral = referrals.sent(person)
    client, key = client_of(person), "a-key-of-its-own"
    address = f"/referrals/{referral.reference}/messages"
    with _held(database):
        refused = client.post(address, data={"text": TEXT, "request_key": key})
        moment.advance(minutes=2)  # so that the page notes that somebody is there
        assert client.get(f"/referrals/{referral.reference}").status_code in {200, 503}
        assert client.get("/health/live").status_code == 200
    assert refused.status_code == 503
    assert "not saved" in refused.text
    assert TEXT in refused.text
    assert _messages(database) == 0
    assert client.post(address, data={"text": TEXT, "request_key": key}).status_code == 303
    assert _messages(database) == 1
    print("a held lock: 503 with what was typed, nothing kept, and the same form is taken once it is let go")


def test_a_full_disk_keeps_nothing_by_halves_and_needs_no_help_afterwards(bare_app, moment, tmp_path, sqlite_template):
    with _small_disk(tmp_path / "disk") as disk:
        shutil.copyfile(sqlite_template, disk / "portal.sqlite3")
        database = db.Database(f"sqlite:///{disk / 'portal.sqlite3'}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(bare_app.extensions, "database", database)
            with database.transaction():
                person = people.add_person(people.add_organisation())
                referral = referrals.sent(person)
            client = people.signed_in_client(bare_app, database, person)
            address = f"/referrals/{referral.reference}/messages"
            with database.system_transaction(write=False) as session:
                session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            _fill(disk / "filler")
            refused = client.post(address, data={"text": TEXT})
            (disk / "filler").unlink()
            kept = _messages(database)
            taken = client.post(address, data={"text": TEXT})
            with database.system_transaction(write=False) as session:
                sound = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
            now_kept = _messages(database)
        database.engine.dispose()
    print(f"a full disk: {refused.status_code}, {kept} kept; with space again: {taken.status_code}, integrity {sound}")
    assert (refused.status_code, kept) == (503, 0)
    assert TEXT in refused.text
    assert (taken.status_code, now_kept, sound) == (303, 1, "ok")


def _messages(database) -> int:
    with database.system_transaction(write=False) as session:
        return sum(row.body == TEXT for row in session.query(TimelineEntry))


@contextmanager
def _held(database):
    """Let another process hold what a message needs: SQLite's write lock, or the referral's row."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    code, url = (HOLD_SQLITE if is_sqlite else HOLD_POSTGRESQL), database.url.replace("+psycopg", "")
    command = [sys.executable, "-c", code + AND_STAY, url.removeprefix("sqlite:///")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.communicate()


@contextmanager
def _small_disk(folder):
    """Give a disk of its own, in memory; only root may mount one, here and in the images that run the tests."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _fill(filler) -> None:
    with filler.open("wb", buffering=0) as written:
        try:
            while True:
                written.write(os.urandom(4096))
        except OSError:
            return
