"""Fifty people acknowledge one referral in the same instant: it happens once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from portal import tables
from portal.access.roles import Role
from portal.audit.actions import Action
from tests.conftest import MONDAY
from tests.factories import people, referrals
from tests.faults import visitor

AT_ONCE = 50
HERE = tables.metadata.tables


def test_fifty_acknowledgements_make_one_transition_one_event_and_one_mail(database, moment, fleet, app):
    with database.transaction():
        reference = referrals.sent(people.add_person(people.add_organisation())).reference
        officers = [referrals.staff(Role.TRIAGE_OFFICER) for _ in range(AT_ONCE)]
    before = _counts(database)
    visitors = [visitor.Visitor(app, database, officer) for officer in officers]
    port = visitor.free_port()
    visitor.serve(fleet, port, MONDAY.isoformat(), threads=25)
    visitor.until_ready(port)
    together = Barrier(AT_ONCE)

    def acknowledge(each: visitor.Visitor) -> visitor.Answer:
        together.wait()
        return each.post(port, f"/referrals/{reference}/acknowledge")

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        answers = list(crowd.map(acknowledge, visitors))
    made = {name: number - before[name] for name, number in _counts(database).items()}
    told = ", ".join(f"{number} {name}" for name, number in made.items())
    print(f"{AT_ONCE} acknowledgements at once: {told}")
    assert {answer.status for answer in answers} == {303}
    assert made == {"transitions": 1, "events": 1, "mails": 1}


def _counts(database) -> dict[str, int]:
    events, mails, steps = HERE["audit_event"], HERE["outbox_mail"], HERE["timeline_entry"]
    wanted = {
        "transitions": select(func.count()).select_from(steps),
        "events": select(func.count()).where(events.c.action == Action.REFERRAL_MOVED),
        "mails": select(func.count()).select_from(mails),
    }
    with database.system_transaction(write=False) as session:
        return {name: session.connection().execute(count).scalar_one() for name, count in wanted.items()}
