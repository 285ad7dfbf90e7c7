"""A portal of its own for each journey, on each engine, with real processes and a real mail server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal import clock, db
from portal.access.roles import OrganisationKind, Role
from portal.referrals.files import storage
from tests import conftest as shared
from tests.factories import people
from tests.live import PATIENCE, Portal, Sink

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys of one file run one after another: two browsers at once would only wait for each other."""
    for item in items:
        if "tests/journeys" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(params=["sqlite", "postgresql"])
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Portal]:
    """An empty portal on a Monday morning; nothing runs yet."""
    if request.param == "sqlite":
        path = tmp_path / "portal.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        database = db.Database(f"sqlite:///{path}")
    else:
        url = request.getfixturevalue("postgresql_url")
        shared.empty(url)
        database = db.Database(url)
    sink = Sink()
    made = Portal(database, sink, tmp_path, shared.KEYS[0], shared.MONDAY)
    made.set_clock(shared.MONDAY)
    storage.use_folder(tmp_path / "attachments")
    yield made
    made.stop()
    sink.stop()
    database.engine.dispose()
    clock.set_to(None)


@pytest.fixture
def cast(portal: Portal) -> dict[str, people.Person]:
    """A school's referrer with a password alone, and KSAF's triage officer and manager with their second factor."""
    with portal.database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        school = people.add_organisation(name="Larkfield Vale Academy")
        made = {
            "school": people.add_person(school, Role.REFERRER, "Ruth Adeyemi"),
            "triage": people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
            "manager": people.add_person(ksaf, Role.MANAGER, "Mary Kent"),
        }
        for name, person in made.items():
            portal.give_password(person, second_factor=name != "school")
    return made
