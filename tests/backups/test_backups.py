"""A backup brings everything back, on either engine and from one to the other; a damaged one brings nothing."""

import json
import threading
import time
import zipfile

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal import crypto, db, schema, tables
from portal.backups import rows
from portal.backups.manifest import MANIFEST, file_member, table_member
from portal.cli import main
from portal.referrals import timeline
from portal.referrals.files import storage
from portal.tenancy import enter
from portal.timescales import editions
from tests import postgres
from tests.conftest import KEYS
from tests.factories import referrals
from tests.factories import world as worlds

OTHER_KEY = "another-key-that-is-long-enough-0123456789"


@pytest.fixture
def here(database, moment, tmp_path):
    """The environment of an installation with a world in it."""
    environment = _environment(database.url, tmp_path / "here")
    storage.use_folder(tmp_path / "here" / "attachments")
    worlds.build(database)
    editions.keep(database)  # as `portal migrate` has
    return environment


@pytest.fixture(params=["sqlite", "postgresql"])
def there(request, tmp_path, worker_id):
    """The environment of an empty installation, on each engine in turn."""
    url = f"sqlite:///{tmp_path / 'there' / 'portal.sqlite3'}"
    if request.param == "postgresql":
        base = request.getfixturevalue("tmp_path_factory").getbasetemp()
        server = postgres.server_url(base if worker_id == "master" else base.parent)
        url = postgres.create_database(server, f"restored_{worker_id}")
    return _environment(url, tmp_path / "there")


def _environment(url, folder):
    folder.mkdir(exist_ok=True)
    return {
        "PORTAL_ENV": "test",
        "PORTAL_DATABASE_URL": url,
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_SECRET_KEYS": KEYS[0],
        "PORTAL_CLOCK": "",
        "PORTAL_SMTP_URL": "",
    }


def portal(environment, *arguments):
    """Run the command in `environment`; the test's own keys are in use again afterwards."""
    try:
        return CliRunner().invoke(main, [str(each) for each in arguments], env=environment, catch_exceptions=False)
    finally:
        crypto.use_keys(KEYS)


def backed_up(environment, tmp_path):
    """Return a backup of the installation in `environment`."""
    file = tmp_path / "kept.backup"
    done = portal(environment, "backup", file)
    assert (done.exit_code, done.stderr) == (0, "")
    print(done.stdout.strip())
    return file


def figures(environment):
    """Return how many rows each table of an installation has, and their digests."""
    made = db.Database(environment["PORTAL_DATABASE_URL"])
    found = {}
    with made.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET app.system = 'on'")
        for table in rows.tables_of(connection):
            digest = rows.Digest()
            for line in rows.lines(connection, table):
                digest.add(line)
            found[table.name] = digest.figure()
    made.engine.dispose()
    return found


def test_everything_comes_back_whichever_engine_it_came_from(here, there, tmp_path):
    before, file = figures(here), backed_up(here, tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    done = portal(there, "restore", file)
    assert (done.exit_code, done.stderr) == (0, "")
    print(done.stdout.strip())
    after = figures(there)
    assert after == before
    assert sum(number for number, _ in after.values()) > 1000
    assert before.keys() == {table.name for table in tables.metadata.sorted_tables}
    kept, brought = (
        {path.name: path.read_bytes() for path in (tmp_path / at / "attachments").iterdir()} for at in ("here", "there")
    )
    assert brought == kept
    assert len(kept) > 10
    assert portal(there, "audit", "verify").exit_code == 0


def test_work_goes_on_in_what_came_back(here, there, tmp_path):
    portal(there, "restore", backed_up(here, tmp_path))
    made = db.Database(there["PORTAL_DATABASE_URL"])
    with made.transaction():
        assert referrals.sent(worlds.people.add_person(worlds.people.add_organisation())).id
    made.engine.dispose()


@pytest.mark.parametrize("there", ["sqlite"], indirect=True)
def test_a_backup_made_while_people_work_holds_one_moment(here, database, there, tmp_path):
    stop, written = threading.Event(), []

    def work():
        while not stop.is_set():
            with database.transaction():
                writer = worlds.people.add_person(worlds.people.add_organisation())
                made = referrals.sent(writer)
                enter(db.session(), writer.organisation_id)
                timeline.add(writer.actor, made, "message", "Message", "words")
            written.append(made.reference)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while len(written) < 3:
            assert worker.is_alive()
        before = len(written)
        file = backed_up(here, tmp_path)
        after = len(written)
    finally:
        stop.set()
        worker.join()
    began = time.monotonic()
    assert portal(there, "restore", file).exit_code == 0
    took = time.monotonic() - began
    made = db.Database(there["PORTAL_DATABASE_URL"])
    with made.engine.connect() as connection:
        found = set(connection.execute(select(tables.metadata.tables["referral"].c.reference)).scalars())
    made.engine.dispose()
    print(f"{after - before} referrals were sent while the backup was written; those before it are in it")
    lost = len(set(written) - found)
    print(f"RPO: what came after the moment of the backup, {lost} of {len(written)} here; RTO: {took:.1f} s to restore")
    assert set(written[:before]) <= found


@pytest.mark.parametrize("there", ["sqlite"], indirect=True)
class TestOneEngine:
    """What is the same wherever the rows go."""

    @pytest.fixture(params=["sqlite"])
    def engine_name(self, request):
        return request.param

    def test_it_is_never_put_over_what_is_there(self, here, there, tmp_path):
        file = backed_up(here, tmp_path)
        done = portal(here, "restore", file)
        assert done.exit_code == 1
        assert "There is a database here already." in done.stderr

    def test_it_is_never_put_among_other_attachments(self, here, there, tmp_path):
        file = backed_up(here, tmp_path)
        (tmp_path / "there" / "attachments").mkdir()
        (tmp_path / "there" / "attachments" / "left").write_bytes(b"")
        assert "There are attachments here already." in portal(there, "restore", file).stderr

    def test_without_its_key_it_is_refused(self, here, there, tmp_path):
        file = backed_up(here, tmp_path)
        done = portal(there | {"PORTAL_SECRET_KEYS": OTHER_KEY}, "restore", file)
        assert done.exit_code == 1
        assert "PORTAL_SECRET_KEYS does not hold the key" in done.stderr
        assert (tmp_path / "there" / "portal.sqlite3").stat().st_size == 0

    def test_it_opens_under_a_newer_key_beside_the_old_one(self, here, there, tmp_path):
        file = backed_up(here, tmp_path)
        done = portal(there | {"PORTAL_SECRET_KEYS": f"{OTHER_KEY},{KEYS[0]}"}, "restore", file)
        assert done.exit_code == 0

    def test_the_demo_s_own_key_comes_with_it(self, here, there, tmp_path):
        kept = {"PORTAL_ENV": "demo", "PORTAL_SECRET_KEYS": ""}
        (tmp_path / "here" / "secret.key").write_text(KEYS[0], encoding="ascii")
        file = backed_up(here | kept, tmp_path)
        assert portal(there | kept, "restore", file).exit_code == 0
        assert (tmp_path / "there" / "secret.key").read_text(encoding="ascii") == KEYS[0]

    def test_a_real_key_is_never_in_it(self, here, there, tmp_path):
        (tmp_path / "here" / "secret.key").write_text(OTHER_KEY, encoding="ascii")
        real = {
            "PORTAL_ENV": "production",
            "PORTAL_BASE_URL": "https://p.example",
            "PORTAL_SMTP_URL": "smtp://m.example",
        }
        file = backed_up(here | real, tmp_path)
        with zipfile.ZipFile(file) as archive:
            assert "secret.key" not in archive.namelist()
            assert all(KEYS[0].encode() not in archive.read(name) for name in archive.namelist())

    def test_a_missing_file_is_named_and_all_else_is_kept(self, here, there, tmp_path):
        lost = next((tmp_path / "here" / "attachments").iterdir())
        lost.unlink()
        done = portal(here, "backup", tmp_path / "kept.backup")
        assert done.exit_code == 1
        assert f"1 attachments have no file: {lost.name}." in done.stderr
        assert portal(there, "restore", tmp_path / "kept.backup").exit_code == 0

    def test_a_place_that_cannot_be_written_leaves_no_half(self, here, there, tmp_path):
        done = portal(here, "backup", tmp_path / "nowhere" / "kept.backup")
        assert done.exit_code == 1
        assert done.stderr.startswith("No backup was written:")

    def test_a_backup_of_an_older_release_is_brought_up_to_date(self, here, there, tmp_path):
        old = _environment(f"sqlite:///{tmp_path / 'old' / 'portal.sqlite3'}", tmp_path / "old")
        schema.migrate(old["PORTAL_DATABASE_URL"], "0006")
        file = backed_up(old, tmp_path)
        assert portal(there, "restore", file).exit_code == 0
        made = db.Database(there["PORTAL_DATABASE_URL"])
        assert schema.current(made.engine) == schema.newest()
        made.engine.dispose()

    @pytest.mark.parametrize("part", ["row", "figure", "attachment", "manifest", "end"])
    def test_a_damaged_backup_brings_nothing(self, here, there, tmp_path, part):
        file = damaged(backed_up(here, tmp_path), part)
        done = portal(there, "restore", file)
        assert done.exit_code == 1
        assert "damaged" in done.stderr or "not a backup" in done.stderr
        assert not (tmp_path / "there" / "portal.sqlite3").exists()

    def test_what_is_no_backup_is_refused(self, here, there, tmp_path):
        (tmp_path / "kept.backup").write_bytes(b"words")
        assert "not a backup" in portal(there, "restore", tmp_path / "kept.backup").stderr


def damaged(file, part):
    """Return a copy of the backup `file` in which one part is not what was written."""
    copy = file.with_name("damaged.backup")
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(copy, "w") as broken:
        held = json.loads(whole.read(MANIFEST))
        for name in whole.namelist():
            content = whole.read(name)
            if part == "row" and name == table_member("referral"):
                content = content.replace(b"draft", b"drift", 1)
            if part == "attachment" and name == file_member(next(iter(held["files"]))):
                content = content[:-1] + b"?"
            if part == "figure" and name == MANIFEST:
                content = json.dumps(held | {"tables": held["tables"] | {"referral": [1, "0" * 64]}}).encode()
            if part == "manifest" and name == MANIFEST:
                content = b"{}"
            broken.writestr(name, content)
    if part == "end":
        copy.write_bytes(copy.read_bytes()[:-200])
    return copy
