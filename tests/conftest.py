"""The fixtures every test may ask for: a fresh database on each engine, a clock to set, a signed-in browser."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from portal import clock, config, create_app, crypto, db
from portal.health import service as health
from tests import live, postgres, promises
from tests.factories import people

ROOT = Path(__file__).resolve().parents[1]
KEYS = ("a-test-key-that-is-long-enough-0123456789",)
EMPTY = """DO $$ DECLARE found name; BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %%I', found); END LOOP;
END $$"""
# A Monday morning in term, so that "one working day" is Tuesday at 5pm.
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def migrate(url: str) -> None:
    """Bring the database at `url` up to date, as `portal migrate` does."""
    engine = create_engine(url)
    with engine.begin() as connection:
        settings = Config(str(ROOT / "migrations/alembic.ini"))
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    crypto.use_keys(KEYS)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "portal.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    base = tmp_path_factory.getbasetemp()
    server = postgres.server_url(base if worker_id == "master" else base.parent)
    url = postgres.create_database(server, f"portal_{worker_id}")
    migrate(url)
    return url


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The system's Chromium, for pytest-playwright."""
    return live.CHROMIUM


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return request.param


# One engine a worker: every statement is compiled once, not once a test. That is a third of the whole suite's time.
@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> db.Database:
    return db.Database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'portal.sqlite3'}")


@pytest.fixture(scope="session")
def postgresql_database(postgresql_url: str) -> db.Database:
    return db.Database(postgresql_url)


@pytest.fixture
def database(engine_name: str, request: pytest.FixtureRequest) -> Iterator[db.Database]:
    """An empty database at the newest migration, on each engine in turn."""
    made: db.Database = request.getfixturevalue(f"{engine_name}_database")
    if engine_name == "sqlite":
        path = Path(str(made.engine.url.database))
        for left in path.parent.iterdir():
            left.unlink()
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    else:
        empty(made.url)
    yield made
    made.engine.dispose()


def empty(url: str) -> None:
    """Take every row away and count from 1 again. TRUNCATE makes new files for each table: many times the time."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql(EMPTY)
        connection.exec_driver_sql(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, 1, false)"
            " FROM pg_sequences WHERE last_value IS NOT NULL"
        )
    engine.dispose()


def pytest_terminal_summary(terminalreporter) -> None:
    """Print every figure a passing test printed, whichever worker measured it; then the tables of time and data."""
    terminalreporter.section("figures")
    for report in terminalreporter.stats.get("passed", []):
        for line in report.capstdout.splitlines() if report.when == "call" else ():
            if line.strip():
                terminalreporter.write_line(f"{report.nodeid.partition('tests/')[2]}: {line.strip()}")
    ended = [report for kind in ("passed", "failed", "error") for report in terminalreporter.stats.get(kind, [])]
    for line in promises.lines(ended):
        terminalreporter.write_line(line)


class Moment:
    """The clock of a test: set it, or move it on."""

    def __init__(self) -> None:
        self.now = MONDAY

    def set(self, instant: datetime) -> None:
        self.now = instant

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    """Stop the clock at Monday 23 November 2026, 10am, until the test moves it."""
    made = Moment()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def tx(database: db.Database, moment: Moment) -> Iterator[db.Session]:
    """A transaction for a service test, nobody's yet, rolled back; `tenancy.enter(tx, …)` makes it somebody's."""
    with database.open(write=True) as session, db.current(session):
        yield session
        session.rollback()


@pytest.fixture(scope="session")
def bare_app(tmp_path_factory: pytest.TempPathFactory):
    """The application, made once a worker; `app` gives it the test's database."""
    folder = tmp_path_factory.mktemp("data")
    settings = config.from_environment(
        {
            "PORTAL_ENV": "test",
            "PORTAL_DATA_DIR": str(folder),
            "PORTAL_SECRET_KEYS": KEYS[0],
            "PORTAL_BASE_URL": "http://localhost",
        }
    )
    made = create_app(settings)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    made.extensions["database"].engine.dispose()
    return made


@pytest.fixture
def app(bare_app, database: db.Database, moment: Moment):
    """The application on the test's database, just started, with the clock stopped. CSRF has tests of its own."""
    bare_app.extensions["database"] = database
    health.watch(bare_app)
    return bare_app


@pytest.fixture
def client_of(app, database: db.Database):
    """Return a function that gives a test client signed in as a person in one of their organisations."""

    def make(person: people.Person, *, second_factor: bool = True):
        return people.signed_in_client(app, database, person, second_factor=second_factor)

    return make
