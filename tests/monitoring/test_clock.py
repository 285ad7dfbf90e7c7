"""A clock that is known to be wrong: nothing fires by it, the portal is not ready, and KSAF reads so in plain words."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from portal import clock, config, scheduler
from portal.access.roles import OrganisationKind, Role
from portal.health import clocks
from portal.health import service as health
from portal.health.models import SchedulerHeartbeat
from portal.timescales import service
from portal.timescales.models import DeadlineRung
from portal.timescales.service import Subject
from tests.conftest import KEYS
from tests.factories import people

SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # it has no clock but the machine's own
POSTGRESQL = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


@pytest.fixture
def administrator(database, moment):
    """KSAF's, who reads how the portal does; a deadline was missed a while ago and has not fired."""
    with database.system_transaction():
        ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
        about = Subject("referral", 1)
        service.start("acknowledge", about, "KSAF-7F3K-9QRT", owed_by_id=ksaf.id, owed_to_id=school.id)
        return people.add_person(ksaf, Role.ADMINISTRATOR)


@pytest.fixture
def settings(tmp_path):
    return config.from_environment(
        {"PORTAL_ENV": "test", "PORTAL_SECRET_KEYS": KEYS[0], "PORTAL_DATA_DIR": str(tmp_path)}
    )


def beat(database, at):
    with database.transaction():
        health.beat("one", at)


def fired(database):
    with database.system_transaction(write=False) as session:
        return [each.rung for each in session.scalars(select(DeadlineRung)) if each.fired_at]


@SQLITE
def test_a_clock_that_went_back_fires_nothing_until_it_is_right(
    database, moment, client_of, app, administrator, settings
):
    moment.advance(days=9)
    beat(database, moment.now + timedelta(hours=3))
    with pytest.raises(scheduler.WrongClockError, match="the clock is wrong: it is 3:00:00 behind"):
        scheduler.tick(database, settings, moment.now)
    assert fired(database) == []
    ready = app.test_client().get("/health/ready")
    assert (ready.status_code, ready.json["clock"], ready.json["scheduler"]["state"]) == (503, False, "stopped")
    page = client_of(administrator).get("/monitoring").text
    assert "Wrong: 3 hours behind. No reminder is sent until it is put right" in page
    assert "Something needs attention." in page
    moment.advance(hours=3, seconds=10)
    assert scheduler.tick(database, settings, moment.now)["broken"] == 0
    assert fired(database) == ["approaching", "missed", "still_missed"]
    assert app.test_client().get("/health/ready").json["clock"] is True


@SQLITE
def test_what_a_machine_drifts_is_no_wrong_clock(database, moment, app, administrator, settings):
    beat(database, moment.now + timedelta(minutes=4))
    assert scheduler.tick(database, settings, moment.now)["broken"] == 0
    assert app.test_client().get("/health/ready").json["ready"] is True


@SQLITE
def test_after_an_outage_the_clock_is_no_wrong_one(database, moment, administrator, settings):
    beat(database, moment.now)
    moment.advance(days=9)
    scheduler.tick(database, settings, moment.now)
    assert fired(database) == ["approaching", "missed", "still_missed"]


@SQLITE
def test_a_clock_that_was_ahead_is_believed_again_once_somebody_says_so(database, moment, administrator):
    beat(database, moment.now + timedelta(days=365))
    assert clocks.off(database, clocks.last_pass(database)) == -timedelta(days=365)
    with database.transaction():
        assert clocks.trust(moment.now) == 1
    assert clocks.off(database, clocks.last_pass(database)) is None
    with database.transaction(write=False) as session:
        assert session.scalars(select(SchedulerHeartbeat)).all() == []


@POSTGRESQL
@pytest.mark.parametrize(
    ("minutes", "said"), [(-180, "3 hours behind"), (30, "30 minutes ahead"), (2880, "2 days ahead")]
)
def test_postgresql_has_a_clock_of_its_own_to_compare_with(
    database, moment, monkeypatch, client_of, app, administrator, minutes, said
):
    beat(database, moment.now)
    assert app.test_client().get("/health/ready").json["ready"] is True
    monkeypatch.setattr(clock, "machine", lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    ready = app.test_client().get("/health/ready")
    assert (ready.status_code, ready.json["clock"], ready.json["scheduler"]["state"]) == (503, False, "running")
    assert f"Wrong: {said}." in client_of(administrator).get("/monitoring").text


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_while_nothing_says_otherwise_the_page_says_so(moment, client_of, administrator):
    assert "Right, as far as the portal can tell" in client_of(administrator).get("/monitoring").text
