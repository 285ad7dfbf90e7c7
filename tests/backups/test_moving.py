"""A SQLite installation moves to PostgreSQL whole, or not at all."""

import pytest
from sqlalchemy.exc import OperationalError

from portal import db
from portal.backups import moving
from portal.health import service as health
from portal.referrals.files import storage
from tests import postgres
from tests.backups.test_backups import _environment, figures, portal
from tests.factories import people, referrals
from tests.factories import world as worlds


@pytest.fixture(params=["sqlite"])
def engine_name(request):
    return request.param


@pytest.fixture
def here(database, moment, tmp_path):
    environment = _environment(database.url, tmp_path / "here")
    storage.use_folder(tmp_path / "here" / "attachments")
    worlds.build(database)
    return environment


@pytest.fixture
def url(tmp_path_factory, worker_id):
    base = tmp_path_factory.getbasetemp()
    server = postgres.server_url(base if worker_id == "master" else base.parent)
    return postgres.create_database(server, f"moved_{worker_id}")


def test_every_row_arrives_and_the_audit_is_whole(here, url, tmp_path):
    before = figures(here)
    done = portal(here, "move", "--to", url)
    assert (done.exit_code, done.stderr) == (0, "")
    print(done.stdout.strip())
    moved = here | {"PORTAL_DATABASE_URL": url}
    assert figures(moved) == before == figures(here)
    assert portal(moved, "audit", "verify").exit_code == 0
    assert not list((tmp_path / "here").glob("move-*"))
    there = db.Database(url)
    with there.transaction():
        assert referrals.sent(people.add_person(people.add_organisation())).id
    there.engine.dispose()


def test_nobody_can_write_meanwhile(here, database, url, monkeypatch):
    """What is acknowledged here would be lost there."""
    refused = []

    def tries(*_):
        with database.engine.execution_options(portal_writes=True).connect() as connection:
            raw = connection.connection.cursor()
            raw.execute("PRAGMA busy_timeout=50")
            with pytest.raises(OperationalError, match="locked"):
                connection.exec_driver_sql("update user_account set name = name")
            raw.execute(f"PRAGMA busy_timeout={db.BUSY_TIMEOUT_MILLISECONDS}")
        refused.append(True)

    monkeypatch.setattr(moving.restoring, "broken", lambda *_: None)
    bring = moving.restoring.bring_rows
    monkeypatch.setattr(moving.restoring, "bring_rows", lambda *given: (tries(), bring(*given)))
    assert portal(here, "move", "--to", url).exit_code == 0
    assert refused == [True]


def test_a_portal_that_runs_is_not_moved(here, database, url, moment):
    with database.transaction():
        health.beat("one", moment.now)
    done = portal(here | {"PORTAL_CLOCK": moment.now.isoformat()}, "move", "--to", url)
    assert done.exit_code == 1
    assert "The portal is running" in done.stderr


def test_it_moves_into_an_empty_database_of_the_right_kind_alone(here, url, tmp_path):
    elsewhere = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    assert "Say where to" in portal(here, "move", "--to", elsewhere).stderr
    assert portal(here, "move", "--to", url).exit_code == 0
    assert "There is a portal's database there already" in portal(here, "move", "--to", url).stderr
    moved = here | {"PORTAL_DATABASE_URL": url}
    assert "on PostgreSQL already" in portal(moved, "move", "--to", url).stderr
