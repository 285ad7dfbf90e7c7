"""The world of every route's tests, kept in the database, and the clock to let its records grow old."""

import pytest
from sqlmodel import select

from portal.access.roles import Role
from portal.referrals.files import storage
from portal.referrals.models import Referral
from portal.retention import erasures
from tests.factories import world as worlds


@pytest.fixture
def world(database, moment, tmp_path):
    """Everything that can be kept, as it was on Monday 23 November 2026."""
    storage.use_folder(tmp_path / "attachments")
    return worlds.build(database)


@pytest.fixture
def manager(world):
    """KSAF's manager."""
    return world.ksaf.people[Role.MANAGER]


@pytest.fixture
def row_of(database):
    """Return a function that gives a referral as it is now, by its reference."""

    def read(reference):
        with database.system_transaction(write=False) as session:
            return session.scalars(select(Referral).where(Referral.reference == reference)).one()

    return read


@pytest.fixture(autouse=True)
def _list_of_erasures(tmp_path):
    """Keep the list of erasures in the test's own folder."""
    before = erasures._file
    erasures.use_file(tmp_path / "erasures.jsonl")
    yield
    erasures._file = before
