"""A portal with as many referrals as are asked for, and the people who open its pages."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from portal import clock, config, create_app, db, schema, tables
from portal.access.roles import Role
from portal.referrals.files import storage
from tests.bench import bulk
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


def make(folder: Path, referrals: int) -> Stage:
    """Make a portal of `referrals` referrals in `folder`, on SQLite; the work that is due is the same in each size."""
    clock.set_to(MONDAY)
    folder.mkdir(parents=True)
    settings = config.from_environment(
        {"PORTAL_ENV": "test", "PORTAL_DATA_DIR": str(folder), "PORTAL_SECRET_KEYS": KEYS[0]}
    )
    schema.migrate(settings.database_url)
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    database: db.Database = app.extensions["database"]
    storage.use_folder(settings.attachments_dir)
    world = build(database)
    with database.engine.connect() as connection:
        last = connection.exec_driver_sql("select max(id) from deadline_rung").scalar_one()
    began = time.monotonic()
    rows = multiply(database.engine, min(BLOCK, referrals), frozenset(LISTED))
    with database.engine.execution_options(portal_writes=True).begin() as connection:
        rung = tables.metadata.tables["deadline_rung"]
        connection.execute(update(rung).where(rung.c.id > last).values(fires_at=LATER))
    if referrals > BLOCK:
        database.engine.dispose()
        rows += bulk.repeat(folder / "portal.sqlite3", referrals, LISTED, LATER)
    with database.engine.execution_options(portal_writes=True).begin() as connection:
        connection.exec_driver_sql("analyze")
    print(f"{referrals} referrals: {rows} rows in {time.monotonic() - began:.0f} s", flush=True)
    return Stage(referrals, app, database, world, settings)


def medians(ways: dict[Any, Callable[[], Any]], rounds: int) -> dict[Any, float]:
    """Return the median CPU seconds of each of `ways`, taken in turn, so that a noisy machine troubles all alike."""
    spent: dict[Any, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.process_time()
            way()
            spent[name].append(time.process_time() - began)
    return {name: sorted(each)[len(each) // 2] for name, each in spent.items()}
