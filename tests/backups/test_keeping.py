"""Backups kept by rule: so many days, weeks and months; what is not a whole backup of this portal is left alone."""

import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.backups import keeping
from portal.backups.rules import Kept, staying
from tests.backups.test_backups import OTHER_KEY, _environment, portal
from tests.conftest import KEYS

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def days_before(*numbers) -> list[datetime]:
    return [NOW - timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("kept", "stay"),
    [
        (Kept(), {0}),
        (Kept(daily=3), {0, 1, 2}),
        (Kept(weekly=3), {0, 1, 8}),  # Monday is a week of its own; Sundays end the weeks before
        (Kept(monthly=2), {0, 23}),  # 31 October
        (Kept(daily=2, weekly=2, monthly=2), {0, 1, 23}),
    ],
)
def test_the_newest_of_each_day_week_and_month_stays(kept, stay):
    made = days_before(*range(40))
    assert staying(made, kept, LONG_AGO) == set(days_before(*stay))


def test_of_one_day_the_newest_stays_and_days_without_one_do_not_count():
    made = [NOW, NOW - timedelta(hours=1), *days_before(5, 9)]
    assert staying(made, Kept(daily=3), LONG_AGO) == {NOW, *days_before(5, 9)}


@settings(max_examples=200)
@given(
    made=st.lists(st.integers(0, 400), min_size=1, max_size=60),
    numbers=st.tuples(*(st.integers(0, 12),) * 3),
    limit=st.integers(0, 60),
)
def test_the_newest_always_stays_and_nothing_else_beyond_the_limit(made, numbers, limit):
    moments, not_before = days_before(*made), NOW - timedelta(days=limit)
    stay = staying(moments, Kept(*numbers), not_before)
    assert max(moments) in stay
    assert all(each >= not_before for each in stay - {max(moments)})
    assert len(stay) <= 1 + sum(numbers)


@pytest.fixture
def here(database, moment, tmp_path):
    """The environment of an installation, and a folder for its backups."""
    (tmp_path / "kept").mkdir()
    return _environment(database.url, tmp_path / "here")


@pytest.fixture
def backup(here, tmp_path, moment):
    """Return a function that backs up into the folder as many days ago as it is told, with these options."""

    def made(days_ago: int, *options: str):
        moment.set(NOW - timedelta(days=days_ago))
        return portal(here, "backup", tmp_path / "kept", *options)

    return made


def names(tmp_path) -> list[str]:
    return sorted(each.name for each in (tmp_path / "kept").iterdir())


def test_older_ones_go_once_the_new_one_is_there(backup, tmp_path):
    for days in (40, 20, 2, 1):
        assert backup(days).exit_code == 0
    assert len(names(tmp_path)) == 4
    done = backup(0, "--daily", "2", "--weekly", "9")
    assert (done.exit_code, done.stderr) == (0, "")
    # A later one of the same week takes the place of Saturday's; 40 days ago is longer than the policy lets any be.
    assert "3 backups kept, 2 removed by the rule." in done.output
    assert [re.search(r"\d{4}-\d\d-\d\d", name)[0] for name in names(tmp_path)] == [
        "2026-11-03",
        "2026-11-22",
        "2026-11-23",
    ]


def test_what_is_damaged_strange_or_another_portals_is_left_alone_and_counts_for_nothing(backup, here, tmp_path):
    folder = tmp_path / "kept"
    assert backup(3).exit_code == 0
    [good] = folder.iterdir()
    (folder / "notes.txt").write_text("Not ours")
    (folder / "strange.backup").write_text("Not ours either")
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(folder / "damaged.backup", "w") as copy:
        for name in source.namelist()[1:]:  # without its first table
            copy.writestr(name, source.read(name))
    (folder / "link.backup").symlink_to(good)
    here["PORTAL_SECRET_KEYS"] = OTHER_KEY
    assert backup(2).exit_code == 0
    here["PORTAL_SECRET_KEYS"] = KEYS[0]
    done = backup(0, "--daily", "1")
    assert done.exit_code == 0
    assert "1 backup kept, 1 removed by the rule." in done.output
    left = names(tmp_path)
    assert good.name not in left
    assert {"notes.txt", "strange.backup", "damaged.backup", "link.backup"} <= set(left)
    assert done.stderr.count("Left alone: ") == 4
    assert "this portal’s keys do not open it" in done.stderr


def test_nothing_goes_without_a_rule_and_a_name_the_rule_would_not_know_is_refused(backup, here, tmp_path):
    for days in (90, 60, 0):
        assert backup(days).exit_code == 0
    assert len(names(tmp_path)) == 3
    done = portal(here, "backup", tmp_path / "kept" / "mine.zip", "--daily", "1")
    assert (done.exit_code, "ends with .backup" in done.stderr) == (1, True)
    assert len(names(tmp_path)) == 3


def test_a_backup_that_cannot_be_written_removes_nothing(backup, here, tmp_path):
    assert backup(9).exit_code == 0
    done = portal(here, "backup", tmp_path / "nowhere" / "new.backup", "--daily", "1")
    assert done.exit_code == 1
    assert len(names(tmp_path)) == 1
    assert keeping.prune(tmp_path / "kept", Kept(), NOW).removed == []
