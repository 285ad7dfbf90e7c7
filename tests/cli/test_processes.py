"""Migrating, ticking, scheduling and serving: the real commands."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest
from sqlmodel import select

from portal import clock, scheduler, schema
from portal.notifications import service as notifications
from portal.timescales import policy
from portal.timescales.models import PolicyEdition
from tests.conftest import KEYS
from tests.notifications.sink import free_port

STARTED = 30  # seconds that a process may take to come up on a busy machine


def command(*arguments):
    return [sys.executable, "-m", "portal", *arguments]


@pytest.fixture
def environment(tmp_path):
    """An installation of its own on SQLite, not yet migrated."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {"PORTAL_ENV": "test", "PORTAL_DATA_DIR": str(tmp_path / "data"), "PORTAL_SECRET_KEYS": KEYS[0]}


def until(condition):
    give_up_at = time.monotonic() + STARTED
    while not (found := condition()):
        assert time.monotonic() < give_up_at
        time.sleep(0.1)
    return found


def test_four_processes_may_migrate_at_once(environment, tmp_path):
    running = [subprocess.Popen(command("migrate"), env=environment, stderr=subprocess.PIPE) for _ in range(4)]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [(process.returncode, text) for process, text in zip(running, said, strict=True)] == [(0, b"")] * 4
    with sqlite3.connect(tmp_path / "data/portal.sqlite3") as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.newest(),)]
    raw.close()


def test_migrating_what_is_up_to_date_changes_nothing(portal, database):
    assert portal("migrate").exit_code == 0
    assert schema.current(database.engine) == schema.newest()


def test_a_tick_prints_what_it_did(portal, database, moment):
    with database.transaction():
        notifications.queue(
            "triage/acknowledged", "dsl@school.example", organisation_id=None, reference="KSAF-7F3K-9QRT"
        )
    done = portal("tick")
    assert done.exit_code == 0
    counts = json.loads(done.stdout)
    assert {"fired": 0, "mail_sent": 1, "mail_failed": 0, "broken": 0}.items() <= counts.items()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_tick_without_tables_refuses_after_trying_everything(portal, tmp_path):
    done = portal("tick", PORTAL_DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert done.exit_code == 1
    assert (
        json.loads(done.stdout)["broken"] == len(scheduler.PARTS) - 1
    )  # the anchors, kept nowhere here, need no table
    assert done.stderr == "Part of the pass broke: see the log above.\n"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PORTAL_ENV": "staging"}, "PORTAL_ENV is 'staging'; use production, demo or test.\n"),
        ({"PORTAL_ENV": "production", "PORTAL_BASE_URL": "http://portal.example"}, "PORTAL_BASE_URL must be the https"),
    ],
)
def test_unsafe_settings_are_refused_in_one_line(portal, changed, said):
    done = portal("tick", **changed)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_missing_table_is_refused_in_one_line(portal, tmp_path):
    done = portal("mail", PORTAL_DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert done.exit_code == 1
    assert "Has `portal migrate` been run?" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("env", "is_set"), [("test", True), ("demo", False)])
def test_only_a_test_may_set_the_clock(portal, monkeypatch, env, is_set):
    asked = []
    monkeypatch.setattr(clock, "set_to", asked.append)
    later = datetime(2031, 1, 1, tzinfo=UTC)
    assert portal("tick", PORTAL_ENV=env, PORTAL_CLOCK=later.isoformat()).exit_code == 0
    assert set(asked) == ({later} if is_set else set())


def test_a_scheduler_leaves_a_heartbeat_and_stops_when_asked(environment, tmp_path):
    subprocess.run(command("migrate"), env=environment, check=True)
    process = subprocess.Popen(command("scheduler", "--interval", "5"), env=environment, stderr=subprocess.PIPE)

    def beats():
        with sqlite3.connect(tmp_path / "data/portal.sqlite3") as raw:
            found = raw.execute("SELECT count(*) FROM scheduler_heartbeat").fetchone()[0]
        raw.close()
        return found

    assert until(beats) == 1
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=15)[1]
    assert (process.returncode, said) == (0, b"")


def test_serving_answers_logs_no_query_and_stops_when_asked(environment):
    subprocess.run(command("migrate"), env=environment, check=True)
    port = free_port()
    process = subprocess.Popen(
        command("serve", "--port", str(port), "--workers", "1"), env=environment, stderr=subprocess.PIPE, text=True
    )

    def answer():
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/live") as response:
                return json.load(response)
        except OSError:
            return None

    assert until(answer)["live"] is True
    with urlopen(f"http://127.0.0.1:{port}/sign-in?email=somebody@school.example") as response:
        request_id = response.headers["X-Request-Id"]
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["route"] for line in lines if line.get("request") == request_id] == ["/sign-in"]
    assert "somebody" not in said


def test_migrating_keeps_the_timescales_of_the_release(portal, database):
    for _ in range(2):
        assert portal("migrate").exit_code == 0
    with database.system_transaction(write=False) as session:
        [kept] = session.scalars(select(PolicyEdition)).all()
        assert (kept.version, kept.file) == (policy.load().version, policy.POLICY_FILE.read_text(encoding="utf-8"))
