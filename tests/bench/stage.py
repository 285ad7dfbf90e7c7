"""A portal with as many referrals as are asked for, and the people who open its pages."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, func, select, update

from portal import clock, config, create_app, db, schema, tables
from portal.access.roles import Role
from portal.referrals.files import storage
from tests.bench import bulk, spent
from tests.conftest import KEYS, MONDAY
from tests.factories import people
from tests.factories.many import multiply
from tests.factories.world import World, build

LISTED = ("referral", "referral_party", "deadline", "deadline_rung", "timeline_entry", "consent_event")
"""What a copy of a referral brings along at a scale at which everything would be gigabytes of what no list reads."""
BLOCK = 1_000
"""How many are built one by one; more are these over again."""
LATER = datetime(2036, 1, 1, tzinfo=UTC)
"""When the copies' prompts are due: what a pass has to do is the same in each size."""


@dataclass
class Stage:
    """One installation, its world, and clients signed in to it."""

    referrals: int
    app: Flask
    database: db.Database
    world: World
    settings: config.Settings

    def client(self, person: people.Person) -> FlaskClient:
        """Return a browser signed in as `person`."""
        return people.signed_in_client(self.app, self.database, person)

    @property
    def referrer(self) -> people.Person:
        """Who reads one school's list."""
        return self.world.school.people[Role.REFERRER]

    @property
    def manager(self) -> people.Person:
        """Who reads every school's."""
        return self.world.ksaf.people[Role.MANAGER]


def make(folder: Path, referrals: int, database_url: str = "") -> Stage:
    """Make a portal of `referrals` referrals; the work that is due is the same in each size.

    Its files are in `folder`, and so is its database, on SQLite, unless `database_url` is a PostgreSQL owner's: what
    makes the rows acts as the owner, what serves pages as the application's role, as everywhere (portal/tenancy.py).
    """
    clock.set_to(MONDAY)
    folder.mkdir(parents=True)
    settings = config.from_environment(
        {
            "PORTAL_ENV": "test",
            "PORTAL_DATA_DIR": str(folder),
            "PORTAL_SECRET_KEYS": KEYS[0],
            "PORTAL_DATABASE_URL": database_url,
        }
    )
    schema.migrate(settings.database_url)
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    database: db.Database = app.extensions["database"]
    storage.use_folder(settings.attachments_dir)
    world = build(database)
    began = time.monotonic()
    rows = _multiply(database.engine, min(BLOCK, referrals))
    database.engine.dispose()
    if referrals > BLOCK:
        rows += bulk.repeat(settings.database_url, referrals, LISTED, LATER)
    _tidy(settings.database_url)
    spent.watch(database.engine)
    print(f"{database.engine.name}, {referrals} referrals: {rows} rows in {time.monotonic() - began:.0f} s", flush=True)
    return Stage(referrals, app, database, world, settings)


def _multiply(engine: Engine, referrals: int) -> int:
    rung = tables.metadata.tables["deadline_rung"]
    with engine.connect() as connection:
        last = connection.scalar(select(func.max(rung.c.id)))
    rows = multiply(engine, referrals, frozenset(LISTED))
    with engine.execution_options(portal_writes=True).begin() as connection:
        connection.execute(update(rung).where(rung.c.id > last).values(fires_at=LATER))
    return rows


def _tidy(url: str) -> None:
    """Let the database know what it holds, as PostgreSQL's autovacuum would in time."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in ("VACUUM (ANALYZE)", "CHECKPOINT") if engine.name == "postgresql" else ("ANALYZE",):
            connection.exec_driver_sql(statement)
    engine.dispose()
