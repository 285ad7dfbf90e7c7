"""Timescales, working days and deadlines from the command line."""

import json
from datetime import timedelta

import pytest

from portal import clock
from portal.access.roles import OrganisationKind
from portal.health import service as health
from portal.timescales import service
from tests.factories import people


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        ("2026-11-23T10:00:00+00:00", "1", "2026-11-24T17:00:00+00:00"),  # Monday morning → Tuesday, 5pm
        ("2026-11-23T22:00:00+00:00", "1", "2026-11-24T17:00:00+00:00"),  # Monday night → the same
        ("2026-11-28T10:00:00+00:00", "1", "2026-11-30T17:00:00+00:00"),  # Saturday → Monday, 5pm
        ("2026-12-24T10:00:00+00:00", "1", "2026-12-29T17:00:00+00:00"),  # over Christmas and its substitute day
        ("2026-07-01T23:30:00Z", "1", "2026-07-03T16:00:00+00:00"),  # already Thursday in London; 5pm is 16:00 UTC
        ("2026-10-23T10:00:00+01:00", "1", "2026-10-26T17:00:00+00:00"),  # the clocks go back at the weekend
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_working_days_end_at_the_close_of_the_last(portal, start, number, end):
    done = portal("working-days", "add", start, number)
    assert (done.exit_code, done.stdout) == (0, f"{end}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("working-days", "add", "2026-11-23T10:00:00", "1"),  # which Monday morning?
        ("working-days", "add", "Monday", "1"),
        ("working-days", "add", "2026-11-23T10:00:00+00:00", "0"),
        ("working-days", "add"),
        ("nonesuch",),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_wrong_usage_is_2(portal, arguments):
    done = portal(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage: " in done.stderr


def test_timescales_carry_their_source_and_guidance(portal):
    rows = json.loads(portal("timescales", "--json").stdout)
    assert {"acknowledge", "decide", "outcome", "chase"} <= {row["kind"] for row in rows}
    assert all(row["length"] and row["unit"] and row["source"] and row["guidance_version"] for row in rows)


def test_the_deadlines_of_a_referral(portal, database, moment):
    with database.transaction() as session:
        school = people.add_organisation()
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
    with database.transaction(tenant=school.id) as session:
        subject = service.Subject("referral", 1)
        service.start("acknowledge", subject, "KSAF-7F3K-9QRT", owed_by_id=ksaf.id, owed_to_id=school.id)
        session.flush()
    [row] = json.loads(portal("deadlines", "ksaf-7f3k-9qrt", "--json").stdout)
    assert (row["kind"], row["owed_by"], row["organisation"], row["state"]) == (
        "acknowledge",
        "operator",
        "KSAF",
        "running",
    )
    assert (row["started_at"], row["due_at"]) == ("2026-11-23T10:00:00+00:00", "2026-11-24T17:00:00+00:00")
    assert [rung["rung"] for rung in row["rungs"]] == ["approaching", "missed", "still_missed"]
    assert [rung["fired_at"] for rung in row["rungs"]] == [None, None, None]


def test_a_referral_without_deadlines_is_refused_in_one_line(portal):
    done = portal("deadlines", "KSAF-2M8C-WX4H", "--json")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "No deadline belongs to KSAF-2M8C-WX4H.\n")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_clock_behind_the_last_pass_is_told_of_until_somebody_says_that_it_is_right(portal, database):
    assert portal("clock").stdout == "The clock is right, as far as the portal can tell.\n"
    with database.transaction():
        health.beat("one", clock.now() + timedelta(days=365))
    done = portal("clock")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "behind what the database knows. Nothing fires until it is right." in done.stderr
    assert portal("tick").exit_code == 1
    assert portal("clock", "--is-right").exit_code == portal("tick").exit_code == 0
