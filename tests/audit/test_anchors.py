"""Anchors kept day by day outside the database."""

import json
from datetime import timedelta

import pytest

from portal import config, scheduler
from portal.audit import anchors, service, verify
from portal.audit.actions import Action
from tests.conftest import KEYS
from tests.factories import people


@pytest.fixture
def person(database, moment):
    with database.transaction():
        return people.add_person(people.add_organisation())


@pytest.fixture
def settings(tmp_path):
    return config.from_environment(
        {
            "PORTAL_ENV": "test",
            "PORTAL_DATA_DIR": str(tmp_path),
            "PORTAL_SECRET_KEYS": KEYS[0],
            "PORTAL_ANCHORS_DIR": str(tmp_path / "elsewhere"),
        }
    )


def write(database, person):
    with database.transaction(tenant=person.organisation_id):
        service.record(person.actor, Action.SIGNED_OUT, subject=("user", person.user_id))


def test_the_scheduler_keeps_one_anchor_a_day(database, person, settings, moment):
    write(database, person)
    assert [scheduler.tick(database, settings, moment.now)["anchors_written"] for _ in range(3)] == [1, 0, 0]
    write(database, person)
    moment.advance(days=1)
    assert scheduler.tick(database, settings, moment.now)["anchors_written"] == 1
    kept = sorted(path.name for path in settings.anchors_dir.iterdir())
    assert kept == ["anchor-2026-11-23.json", "anchor-2026-11-24.json"]
    with database.system_transaction(write=False):
        for name in kept:
            assert verify.first_break(anchors.read(settings.anchors_dir / name)) is None


def test_a_day_is_a_london_day(database, person, tmp_path, moment):
    summer = moment.now.replace(month=7, hour=23, minute=30)
    assert anchors.daily(database, tmp_path, summer) == 1
    assert (tmp_path / "anchor-2026-07-24.json").exists()
    assert anchors.daily(database, tmp_path, summer + timedelta(hours=1)) == 0


def test_without_a_folder_none_is_kept(database, person, settings, moment, tmp_path):
    bare = config.from_environment(
        {"PORTAL_ENV": "test", "PORTAL_DATA_DIR": str(tmp_path), "PORTAL_SECRET_KEYS": KEYS[0]}
    )
    assert "anchors_written" not in scheduler.tick(database, bare, moment.now)


def test_a_folder_that_cannot_be_written_is_counted_and_stops_nothing_else(database, person, settings, moment):
    settings.anchors_dir.write_text("a file")
    done = scheduler.tick(database, settings, moment.now)
    assert done["broken"] == 1
    assert "mail_sent" in done


@pytest.mark.parametrize("content", ["", "[]", "3", json.dumps({"a": {}})])
def test_what_is_no_anchor_is_refused(tmp_path, content):
    (tmp_path / "kept").write_text(content)
    with pytest.raises(ValueError, match="is no anchor"):
        anchors.read(tmp_path / "kept")
