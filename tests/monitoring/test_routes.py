"""Live, ready, and how long since a scheduler was heard of."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal import db
from portal.health import service
from portal.health.models import SchedulerHeartbeat


def beat(database, name, at):
    with database.transaction():
        service.beat(name, at)


def test_live_needs_nothing(app):
    answer = app.test_client().get("/health/live")
    assert (answer.status_code, answer.json) == (200, {"live": True})


def test_ready_reports_database_migrations_and_a_scheduler_not_seen_yet(app):
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert answer.json["migrations"]["at"] == answer.json["migrations"]["newest"]
    assert answer.json["scheduler"] == {"state": "not seen yet", "seconds_since_last_pass": None}


def test_the_newest_of_several_schedulers_counts(moment, app, database):
    moment.advance(minutes=30)
    beat(database, "one", moment.now - timedelta(minutes=10))
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["ready"]) == (503, False)
    assert answer.json["scheduler"] == {"state": "stopped", "seconds_since_last_pass": 600.0}
    beat(database, "two", moment.now - timedelta(seconds=20))
    beat(database, "two", moment.now - timedelta(seconds=8))
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["ready"]) == (200, True)
    assert answer.json["scheduler"] == {"state": "running", "seconds_since_last_pass": 8.0}


def test_a_web_server_that_starts_beside_a_scheduler_long_dead_is_not_ready(moment, app, database):
    beat(database, "one", moment.now - timedelta(days=3))
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["scheduler"]["state"]) == (503, "stopped")


def test_a_portal_whose_scheduler_was_never_started_is_not_ready(moment, app, database):
    moment.advance(minutes=6)
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["scheduler"]["state"]) == (503, "stopped")


def test_a_worker_says_once_that_the_scheduler_stopped_and_once_that_it_is_back(moment, app, database, caplog):
    client = app.test_client()
    moment.advance(minutes=6)
    for _ in range(3):
        client.get("/health/ready")
    beat(database, "one", moment.now)
    for _ in range(3):
        client.get("/health/ready")
    assert [record.getMessage() for record in caplog.records] == [
        "the scheduler has stopped",
        "the scheduler is back",
    ]


def test_the_age_of_the_outbox_is_told_and_does_not_take_the_portal_out_of_service(moment, app, database, mail_due):
    moment.advance(minutes=4)
    beat(database, "one", moment.now)
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["outbox"]) == (200, {"oldest_due_seconds": 240.0})


def test_a_scheduler_not_heard_of_for_a_day_is_forgotten(database, moment):
    beat(database, "old", moment.now - timedelta(days=2))
    beat(database, "new", moment.now)
    with database.transaction(write=False) as session:
        names = session.scalars(select(SchedulerHeartbeat.scheduler)).all()
    assert names == ["new"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_without_a_database_it_is_alive_and_not_ready(app, tmp_path):
    app.extensions["database"] = db.Database(f"sqlite:///{tmp_path}/nowhere/portal.sqlite3")
    client = app.test_client()
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json["ready"], answer.json["database"]) == (503, False, False)
    assert answer.json["scheduler"]["state"] == "unknown"
    assert client.get("/health/live").status_code == 200
