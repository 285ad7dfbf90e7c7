"""Many people at once, on a committed database."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlmodel import select

from portal import db
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMail
from portal.referrals.models import Referral, TimelineEntry
from portal.referrals.rules import State
from tests.factories import people, referrals
from tests.triage.conftest import proposed

CLICKS = 50


def test_fifty_acknowledge_at_once(client_of, database, kept_world):
    with database.transaction():
        referral = referrals.sent(kept_world.referrer)
        officers = [people.add_person(referrals.operator(), Role.TRIAGE_OFFICER) for _ in range(10)]
    clients, start = [client_of(officers[click % 10]) for click in range(CLICKS)], Barrier(CLICKS)

    def click(client):
        start.wait()
        return client.post(f"/referrals/{referral.reference}/acknowledge").status_code

    with ThreadPoolExecutor(CLICKS) as pool:
        answers = Counter(pool.map(click, clients))
    assert answers == {303: CLICKS}
    with database.system_transaction(write=False):
        session = db.session()
        moved = session.scalars(select(AuditEvent).where(AuditEvent.action == Action.REFERRAL_MOVED)).all()
        mails = session.scalars(select(OutboxMail).where(OutboxMail.template == "triage/acknowledged")).all()
        told = session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "acknowledge")).all()
        found = session.scalars(select(Referral)).one()
    acknowledged = [each for each in moved if each.actor_id in {officer.user_id for officer in officers}]
    print(f"{CLICKS} clicks: {len(told)} transition, {len(acknowledged)} event, {len(mails)} mail")
    assert (len(told), len(acknowledged), len(mails)) == (1, 1, 1)
    assert found.state is State.ACKNOWLEDGED
    assert found.assigned_to_id == acknowledged[0].actor_id


def test_two_managers_settle_at_once(client_of, database, kept_world):
    with database.transaction():
        referral = proposed(kept_world)
    sides = [
        (client_of(kept_world.manager), "authorise", {}),
        (client_of(kept_world.other_manager), "return", {"comment": "Say more about risk."}),
    ]
    start = Barrier(len(sides))

    def settle(side):
        client, verb, data = side
        start.wait()
        return client.post(f"/referrals/{referral.reference}/{verb}", data=data).status_code

    with ThreadPoolExecutor(len(sides)) as pool:
        assert sorted(pool.map(settle, sides)) == [303, 409]
