"""One world a module: its people, their cookies, and a browser in which nothing that is posted stays."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import clock, db, tenancy
from portal.referrals.files import storage
from tests import conftest as shared
from tests.factories import world as worlds
from tests.whole_app.visitors import Visitors


@pytest.fixture(scope="module")
def stopped() -> Iterator[shared.Moment]:
    """The clock, stopped for a whole module."""
    made = shared.Moment()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: made.now)
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[db.Database]:
    """An empty database that a module's tests share, on each engine in turn."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("world") / "portal.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        made = db.Database(f"sqlite:///{path}")
    else:
        url = request.getfixturevalue("postgresql_url")
        shared._empty(url)
        made = db.Database(url)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def world(world_database: db.Database, bare_app, stopped) -> worlds.World:
    """The world, committed."""
    storage.use_folder(bare_app.extensions["settings"].attachments_dir)
    return worlds.build(world_database)


@pytest.fixture(scope="module")
def visitors(bare_app, world_database: db.Database, world: worlds.World) -> Iterator[Visitors]:
    """Everybody who can come to a page, each with a cookie; what their requests change is rolled back."""
    bare_app.extensions["database"] = world_database
    made = Visitors(bare_app, world_database, world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenancy.TenantSession, "commit", _flush_and_forget)
        patch.setitem(bare_app.config, "PROPAGATE_EXCEPTIONS", 0)  # an error is an answer too: a 500 is counted
        yield made


def _flush_and_forget(session: tenancy.TenantSession) -> None:
    """What a request's commit becomes: everything it would check, nothing kept, so that one world serves every case."""
    session.flush()
    session.rollback()
