"""One world an engine: its people, their cookies, and a browser in which nothing that is posted stays."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from portal import clock, db
from portal.health import service as health
from portal.referrals.files import storage
from tests import conftest as shared
from tests import postgres
from tests.factories import world as worlds
from tests.whole_app.visitors import Visitors

ENGINES = ("sqlite", "postgresql")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker an engine, so that each world is made and walked once; before xdist reads the groups."""
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("world_database")
        if engine:
            item.add_marker(pytest.mark.xdist_group(f"whole app, {engine}"))


@pytest.fixture(scope="session", params=ENGINES)
def world_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[db.Database]:
    """A database for the world, on each engine in turn."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("world") / "portal.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        made = db.Database(f"sqlite:///{path}")
    else:
        url = _beside(request.getfixturevalue("postgresql_url"), "world")
        shared.migrate(url)
        made = db.Database(url)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="session")
def world(world_database: db.Database, bare_app) -> worlds.World:
    """The world, committed, with a scheduler that has just passed: without one the portal is not ready."""
    storage.use_folder(bare_app.extensions["settings"].attachments_dir)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: shared.MONDAY)
        with world_database.transaction():
            health.beat("one", shared.MONDAY)
        return worlds.build(world_database)


@pytest.fixture(scope="session")
def visitors(bare_app, world_database: db.Database, world: worlds.World) -> Visitors:
    """Everybody who can come to a page, each with a cookie; what their requests change is rolled back."""
    return Visitors(bare_app, world_database, world)


@pytest.fixture(scope="module")
def own_visitors(
    visitors: Visitors, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visitors]:
    """The same people in a copy of the world, which a module may change."""
    engine = visitors.database.engine
    if engine.dialect.name == "sqlite":
        path = tmp_path_factory.mktemp("copy") / "portal.sqlite3"
        with closing(sqlite3.connect(engine.url.database)) as whole, closing(sqlite3.connect(path)) as twin:
            whole.backup(twin)
        copy = db.Database(f"sqlite:///{path}")
    else:
        engine.dispose()  # a template has no guests
        copy = db.Database(_beside(request.getfixturevalue("postgresql_url"), "copy", like="world"))
    yield visitors.within(copy)
    copy.engine.dispose()


def _beside(url: str, name: str, like: str | None = None) -> str:
    """Make a database beside the one at `url`, empty or a copy of the one called `like`; returns its address."""
    worker = make_url(url)
    server = worker.set(database="postgres").render_as_string(hide_password=False)
    template = f"{worker.database}_{like}" if like else "template0"
    return postgres.create_database(server, f"{worker.database}_{name}", template)
