"""Who may read the figures, and what they say."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from portal.access.roles import OrganisationKind, Role
from portal.accounts import signing_in, throttle
from portal.health import service as health
from portal.monitoring import figures
from portal.timescales import jobs, service
from portal.timescales.service import Subject
from tests.conftest import MONDAY
from tests.factories import people

TUESDAY_5PM, THURSDAY_5PM = (datetime(2026, 11, day, 17, tzinfo=UTC) for day in (24, 26))
"""When the acknowledgement is missed, and a day after its head of service should have been told."""
TOKEN = "a-token-for-prometheus-0123456789-abcdef"


def read(client, **asked) -> dict[tuple[str, str], float]:
    answer = client.get("/metrics", **asked)
    assert answer.status_code == 200
    return {
        (sample.name, sample.labels.get("kind", "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def two_days_late(database, moment, mail_due):
    """An acknowledgement that was missed, and nobody and nothing acts on: a mail, a rung, two guesses."""
    with database.system_transaction():
        ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
        people.add_person(ksaf, Role.MANAGER)
        owed = {"owed_by_id": ksaf.id, "owed_to_id": school.id}
        service.start("acknowledge", Subject("referral", 1), "KSAF-7F3K-9QRT", **owed)
    moment.set(TUESDAY_5PM)
    jobs.run(database, moment.now)
    moment.set(THURSDAY_5PM)
    with database.transaction():
        health.note_backup(MONDAY)
        throttle.take("reset", "somebody@school.example")
    with database.transaction():
        assert signing_in.check("somebody@school.example", "a guess", "192.0.2.7") is None
        assert signing_in.check("somebody@school.example", "another guess", "192.0.2.7") is None


def test_the_figures_are_those_of_the_database(app, two_days_late):
    found = read(app.test_client())
    assert found["portal_deadlines_overdue", "acknowledge"] == 1
    assert found["portal_rungs_due", ""] == 1
    assert found["portal_tick_lag_seconds", ""] == 24 * 3600
    assert found["portal_outbox_age_seconds", ""] == (THURSDAY_5PM - MONDAY).total_seconds()
    assert found["portal_sign_in_failures", ""] == 2
    assert found["portal_mail_failed", ""] == 0
    assert found["portal_backup_age_seconds", ""] == (THURSDAY_5PM - MONDAY).total_seconds()
    assert ("portal_scheduler_last_pass_seconds", "") not in found


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_what_a_proxy_hands_on_is_not_from_here(app, header):
    assert app.test_client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_from_elsewhere_a_token_is_needed(app, monkeypatch):
    away = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], metrics_token=TOKEN))
    client = app.test_client()
    assert client.get("/metrics", **away).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer guess"}, **away).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, **away)
    assert "portal_rungs_due" in answer.text


def test_without_a_token_set_none_opens_it(app):
    away = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert app.test_client().get("/metrics", headers={"Authorization": "Bearer "}, **away).status_code == 404


class TestOnSQLite:
    """Which asks to see in the statement that an index of some rows will do."""

    @pytest.fixture(params=["sqlite"])
    def engine_name(self, request):
        return request.param

    def test_what_is_overdue_is_counted_along_its_index(self, database):
        """Else each reading would go through every deadline there has ever been."""
        with database.engine.connect() as connection:
            asked = str(figures._OVERDUE.compile(connection))
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
        assert ["ix_deadline_overdue" in step[-1] for step in plan] == [True]
