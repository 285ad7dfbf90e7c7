"""Behind pgbouncer in transaction mode, a connection that served one organisation tells the next nothing."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal import crypto, db, scheduler, tenancy
from portal.cli import main
from portal.referrals.models import Referral
from tests.conftest import KEYS
from tests.factories import people, referrals
from tests.operations.pooler import pooled

TRANSACTIONS, REQUESTS = 1_000, 200
ASKERS = 4
MINE = "select pg_backend_pid(), count(*), min(organisation_id), max(organisation_id) from referral"
LEFT = (
    "select current_user::text, current_setting('app.organisation_id', true), current_setting('app.system', true),"
    " current_setting('lock_timeout'), (select count(*) from pg_prepared_statements)"
)


@pytest.fixture(params=["postgresql"])
def engine_name(request):
    return request.param


@pytest.fixture
def schools(database, moment):
    """Two schools, each with a person and one referral."""
    with database.transaction():
        made = [people.add_person(people.add_organisation()) for _ in range(2)]
        for person in made:
            referrals.sent(person)
        return made


def raw(session):
    """The connection without our session filter: what PostgreSQL alone would show."""
    return super(tenancy.TenantSession, session).connection()


def in_turn(schools, work, times):
    """Do `work(school, number)` so often, the schools mixed, several at once; give what came of it."""
    with ThreadPoolExecutor(ASKERS) as askers:
        return list(askers.map(lambda number: work(schools[number // 3 % 2], number), range(times)))


def test_over_one_connection_each_sees_its_own_rows_and_leaves_nothing(database, schools):
    connections, foreign = set(), []

    def look(school, number):
        own = school.organisation_id
        with contextlib.suppress(LookupError), shared.transaction(tenant=own) as session:
            connection, *seen = raw(session).exec_driver_sql(MINE).one()
            ours = session.scalars(select(Referral.organisation_id)).all()
            connections.add(connection)
            if (seen, ours) != ([1, own, own], [own]):
                foreign.append((own, seen, ours))
            if number % 10 == 0:
                raise LookupError  # what is rolled back leaves nothing either

    with pooled(database.url, 1) as url:
        shared = db.Database(url)
        in_turn(schools, look, TRANSACTIONS)
        with shared.engine.connect() as connection:
            left = connection.exec_driver_sql(LEFT).one()
        shared.engine.dispose()
    print(f"{TRANSACTIONS} transactions of 2 schools over {len(connections)} connection: {len(foreign)} saw others")
    assert foreign == []
    assert len(connections) == 1
    assert tuple(left) == ("postgres", "", "", "0", 0)


def test_pages_the_scheduler_and_a_backup_work_through_it(app, client_of, database, schools, moment, tmp_path):
    with database.transaction(tenant=None) as session, tenancy.as_system(session):
        names = dict(session.execute(select(Referral.organisation_id, Referral.reference)).all())

    def ask(school, _number):
        page = client_of(school).get("/referrals").text
        return names[school.organisation_id] in page, sum(name in page for name in names.values())

    with pooled(database.url, ASKERS + 1) as url:
        app.extensions["database"] = shared = db.Database(url)
        done = in_turn(schools, ask, REQUESTS)
        moment.advance(days=7)
        ticked = [scheduler.tick(shared, app.extensions["settings"], moment.now) for _ in range(6)]
        kept = _backup(url, tmp_path)
        shared.engine.dispose()
    print(f"{len(done)} pages over {ASKERS + 1} connections; {ticked[0]['fired']} rungs fired; {kept}")
    assert set(done) == {(True, 1)}
    assert not any(each["broken"] for each in ticked)
    assert "Backed up and verified" in kept


def _backup(url, folder) -> str:
    environment = {
        "PORTAL_ENV": "test",
        "PORTAL_DATABASE_URL": url,
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_SECRET_KEYS": KEYS[0],
    }
    try:
        return CliRunner().invoke(main, ["backup", str(folder / "kept.backup")], env=environment).output
    finally:
        crypto.use_keys(KEYS)
