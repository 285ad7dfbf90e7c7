"""What triage reads of a deadline goes by the policy it was made under; what it is told of a pause, by what is so."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from sqlmodel import select

from portal import db
from portal.access.roles import Role
from portal.dashboards.shown import Reading
from portal.dashboards.waiting import waiting
from portal.notifications.models import OutboxMail
from portal.referrals.models import Referral
from portal.tenancy import enter
from portal.timescales import changing, in_force, jobs
from portal.timescales.figures import Figures
from portal.triage import authorising, lines, queries
from tests.factories import people, referrals
from tests.triage.conftest import consented, proposed

BEFORE_CLOSING = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)  # Tuesday: two and a half hours before 5pm


@pytest.fixture
def administrator(world):
    return people.add_person(referrals.operator(), Role.ADMINISTRATOR)


def change(administrator, kind, **other):
    enter(db.session(), administrator.organisation_id)
    wanted = replace(Figures.of(in_force.rules()[kind]), **other)
    changing.change(administrator.actor, kind, wanted, "Another way", seen=in_force.number_of(kind))


def row(world, reference, now):
    enter(db.session(), world.officer.organisation_id)
    found = next(each for each in queries.queue(world.officer.actor).rows if each[0].reference == reference)
    return lines.line(world.officer.actor, *found, now).owed


def test_a_line_of_the_queue_is_soon_by_its_own_reminder_and_hours(world, administrator):
    before = referrals.sent(world.referrer).reference
    change(administrator, "acknowledge", lead=4)
    changing.change_hours(administrator.actor, (time(12), time(17)), "Winter hours", seen=0)
    enter(db.session(), world.referrer.organisation_id)
    after = referrals.sent(world.referrer).reference
    old, new = row(world, before, BEFORE_CLOSING), row(world, after, BEFORE_CLOSING)
    assert (old.due_at, old.tone) == (new.due_at, "on_track")
    assert new.tone == "soon"
    morning = datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert row(world, before, morning).words == "7 working hours left"
    assert row(world, after, morning).words == "5 working hours left"


def test_the_row_by_itself_and_what_is_to_be_authorised_say_the_same(world, administrator):
    made = proposed(world)
    version = in_force.rules().version
    change(administrator, "outcome", lead=4)
    enter(db.session(), world.manager.organisation_id)
    file = queries.open_file(world.officer.actor, made.reference)
    assert file is not None
    assert file.version == version != in_force.rules().version
    assert [each.owed.words for each in authorising.proposals(world.manager.actor)] == ["5 working days left"]


def test_what_waits_says_the_time_left_by_the_hours_it_was_made_under(database, kept_world, moment):
    with database.transaction():
        referrals.sent(kept_world.referrer)
    moment.set(datetime(2026, 11, 24, 15, tzinfo=UTC))
    jobs.run(database, moment.now)
    with database.transaction():
        administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
        enter(db.session(), administrator.organisation_id)
        changing.change_hours(administrator.actor, (time(9), time(12)), "Mornings alone", seen=0)
    with database.transaction(tenant=kept_world.officer.organisation_id):
        items = waiting(Reading(kept_world.officer.actor)).rows
    assert "2 working hours left" in [each.words for each in items]


def test_where_the_policy_pauses_nothing_nobody_is_told_that_it_does(client_of, database, kept_world):
    with database.transaction():
        make = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    client, path = client_of(kept_world.officer), f"/referrals/{make.reference}"
    assert "paused from now" in client.get(f"{path}/ask").text
    with database.transaction():
        change(administrator, "decide", pauses_while=())
        enter(db.session(), kept_world.referrer.organisation_id)
        other = consented(referrals.acknowledged(kept_world.referrer, kept_world.officer), kept_world.officer)
    path = f"/referrals/{other.reference}"
    assert "goes on meanwhile" in client.get(f"{path}/ask").text
    asked = client.post(f"{path}/ask", data={"question": "Which mornings?"}, follow_redirects=True).text
    assert "Question sent." in asked
    assert "paused until" not in asked
    queue = client.get("/queue").text
    with database.system_transaction(write=False) as session:
        kept = session.scalars(select(Referral).where(Referral.reference == other.reference)).one()
        assert kept.next_due_kind == "decide"
        mail = session.scalars(select(OutboxMail).where(OutboxMail.template == "triage/asked")).one()
        assert mail.context["pauses"] is False
    assert other.reference in queue
    assert "paused" not in queue
