"""What the command says of retention, and that it changes nothing."""

from datetime import UTC, datetime

import pytest

from portal.referrals.files import storage
from portal.referrals.rules import State
from tests.factories import world as worlds


@pytest.fixture
def world(database, moment, tmp_path):
    storage.use_folder(tmp_path / "attachments")
    return worlds.build(database)


def test_a_dry_run_says_what_is_due_and_why(portal, world, moment):
    assert portal("retention", "--dry-run").stdout.startswith("Due: Nothing.")
    moment.set(datetime(2033, 3, 1, 10, tzinfo=UTC))
    done = portal("retention", "--dry-run")
    assert done.exit_code == 0, done.stderr
    line = next(each for each in done.stdout.splitlines() if world.school.references[State.CLOSED] in each)
    assert "6 years from the last thing that happened on it. Due since 23 November 2032." in line
    assert done.stdout.splitlines()[-1].startswith("Due: ")
    assert world.school.mark not in done.stdout


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_nothing_goes_without_being_seen(portal, database):
    done = portal("retention")
    assert done.exit_code == 1
    assert "--dry-run" in done.stderr
