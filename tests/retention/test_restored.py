"""A backup from before an erasure, brought back: what had gone is gone again, and until then nothing is served."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url
from sqlmodel import select

from portal import crypto, db
from portal.backups import restoring, writing
from portal.cli import main
from portal.config import from_environment
from portal.health import service as health
from portal.referrals.files import storage
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.retention import again, erasures, jobs, queries, service
from tests import postgres
from tests.conftest import KEYS

LATER = datetime(2033, 3, 1, 10, tzinfo=UTC)


def installation(url, folder, kept):
    """The environment of an installation whose list of erasures lies elsewhere."""
    folder.mkdir(exist_ok=True)
    return {
        "PORTAL_ENV": "test",
        "PORTAL_DATABASE_URL": url,
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_ERASURES_FILE": str(kept / "erasures.jsonl"),
        "PORTAL_SECRET_KEYS": KEYS[0],
        "PORTAL_CLOCK": "",
        "PORTAL_SMTP_URL": "",
    }


@pytest.fixture
def there(engine_name, request, tmp_path, worker_id):
    """The environment of an empty installation, on the same engine, beside the list that outlived the database."""
    url = f"sqlite:///{tmp_path / 'there' / 'portal.sqlite3'}"
    if engine_name == "postgresql":
        base = request.getfixturevalue("tmp_path_factory").getbasetemp()
        server = postgres.server_url(base if worker_id == "master" else base.parent)
        url = postgres.create_database(server, f"erased_{worker_id}")
    return installation(url, tmp_path / "there", tmp_path)


@pytest.fixture
def backup(database, world, manager, moment, tmp_path):
    """A backup of everything; since then the school's records were approved and erased, and a day went by."""
    settings = from_environment(installation(database.url, tmp_path, tmp_path))
    moment.set(LATER)
    writing.write(database, settings, tmp_path / "kept.backup")
    with database.system_transaction(write=False) as session:
        mine = select(Referral.reference).where(Referral.organisation_id == world.school.organisation_id)
        own = set(session.scalars(mine))
        due = [f"{line.kind}:{line.subject_id}" for line in queries.due(LATER.date(), 100) if line.reference in own]
    with database.transaction(tenant=manager.organisation_id):
        service.approve(manager.actor, due, 100)
    jobs.run(database, moment.now)
    return tmp_path / "kept.backup"


def portal(environment, *arguments):
    before = erasures.file()
    try:
        return CliRunner().invoke(main, [str(each) for each in arguments], env=environment, catch_exceptions=False)
    finally:
        crypto.use_keys(KEYS)
        erasures.use_file(before)


def stored(environment) -> bytes:
    """All the bytes there are of an installation's database: its files, or what a dump writes."""
    url = environment["PORTAL_DATABASE_URL"]
    if url.startswith("sqlite"):
        folder = Path(environment["PORTAL_DATA_DIR"])
        return b"".join(path.read_bytes() for path in sorted(folder.glob("portal.sqlite3*")))
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    binary = shutil.which("pg_dump") or str(max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")))
    return subprocess.run([binary, "--dbname", plain, "--inserts"], capture_output=True, check=True).stdout


def test_what_had_been_erased_is_erased_again(backup, there, world, tmp_path):
    lines = list(erasures.read(tmp_path / "erasures.jsonl"))
    done = portal(there, "restore", backup)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"Erased again, as since then: {len(lines)} records." in done.stdout
    made = db.Database(there["PORTAL_DATABASE_URL"])
    with made.system_transaction(write=False) as session:
        rows = session.scalars(select(Referral)).all()
        assert {row.reference for row in rows if row.anonymised_at} == {line.reference for line in lines}
        assert world.other_school.references[State.CLOSED] not in {line.reference for line in lines}
    assert again.carry_out(made) == 0
    made.engine.dispose()
    data = stored(there)
    # The school's open records stay, and its mark with them; the draft's mark stands in what has gone alone.
    assert f"Given{world.school.draft_mark}".encode() not in data
    assert f"given{world.school.draft_mark}".lower().encode() not in data
    assert f"Given{world.other_school.mark}".encode() in data
    assert portal(there, "audit", "verify").exit_code == 0
    kept = storage.names(tmp_path / "there" / "attachments")
    print(f"{len(lines)} erasures carried out again, {len(rows)} referrals and {len(kept)} files are there")


def test_nothing_is_served_before_that(app, backup, database, there, moment):
    settings = from_environment(there)
    restoring.restore(backup, settings)
    made = db.Database(settings.database_url)
    app.extensions["database"] = made
    try:
        with made.transaction():
            health.beat("one", moment.now)
        client = app.test_client()
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json["ready"], answer.json["erasures_applied"]) == (503, False, False)
        assert restoring.erase_again(made, settings) > 0
        assert client.get("/health/ready").status_code == 200
    finally:
        app.extensions["database"] = database
        made.engine.dispose()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
class TestTheList:
    """What becomes of a list that is lost or damaged, or that another process is ahead of."""

    def test_a_backup_that_knows_of_erasures_needs_the_list(self, backup, database, there, tmp_path):
        settings = from_environment(installation(database.url, tmp_path, tmp_path))
        writing.write(database, settings, tmp_path / "later.backup")
        (tmp_path / "erasures.jsonl").unlink()
        done = portal(there, "restore", tmp_path / "later.backup")
        assert done.exit_code == 1
        assert "there is no list of erasures" in done.stderr
        assert (tmp_path / "there" / "portal.sqlite3").stat().st_size == 0
        assert portal(there, "restore", tmp_path / "later.backup", "--without-erasures").exit_code == 0

    def test_a_damaged_list_is_named(self, backup, there, tmp_path):
        kept = tmp_path / "erasures.jsonl"
        kept.write_text(kept.read_text(encoding="utf-8") + '{"key": ', encoding="utf-8")
        done = portal(there, "restore", backup)
        assert done.exit_code == 1
        assert "The list of erasures is damaged: line" in done.stderr

    def test_a_row_that_the_backup_never_had_leaves_its_line_alone(self, backup, there, database, tmp_path, world):
        kept = tmp_path / "erasures.jsonl"
        first = json.loads(kept.read_text(encoding="utf-8").splitlines()[0])
        other = first | {"key": "another", "reference": "KSAF-0000-0000"}
        kept.write_text(kept.read_text(encoding="utf-8") + json.dumps(other) + "\n", encoding="utf-8")
        assert again.carry_out(database) == 0
        with database.system_transaction(write=False):
            assert erasures.is_up_to_date()
            assert erasures.missing() == []
