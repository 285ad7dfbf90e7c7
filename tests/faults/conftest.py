"""An installation whose processes are killed, on each engine: its database, its clock, its folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import db
from tests.conftest import KEYS
from tests.faults.fleet import Fleet


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One after another: each of these keeps both processors busy by itself."""
    for item in items:
        if "tests/faults" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("faults"))
            item.add_marker(pytest.mark.timeout(int(os.environ.get("FAULT_TIMEOUT", "180"))))


class Size:
    """How much is tried: little in `make test`, everything in `make faults`, which sets these."""

    deadlines = int(os.environ.get("FAULT_DEADLINES", "160"))
    writes = int(os.environ.get("FAULT_WRITES", "30"))
    kills = int(os.environ.get("FAULT_KILLS", "5"))


@pytest.fixture
def size() -> Size:
    return Size()


@pytest.fixture
def fleet(database: db.Database, tmp_path: Path) -> Iterator[Fleet]:
    """Processes on the test's database; none runs yet."""
    made = Fleet(
        tmp_path,
        {
            "PORTAL_ENV": "test",
            "PORTAL_DATA_DIR": str(tmp_path),
            "PORTAL_DATABASE_URL": database.url,
            "PORTAL_SECRET_KEYS": KEYS[0],
            "PORTAL_BASE_URL": "http://localhost",
        },
    )
    yield made
    made.stop()
