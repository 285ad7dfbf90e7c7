"""What a policy.toml said stays what it said, whatever file a later release brings; on both engines."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal.access.roles import OrganisationKind
from portal.tenancy import enter
from portal.timescales import closures, editions, in_force, policy, service
from portal.timescales.figures import Figures
from portal.timescales.models import DeadlineRung, PolicyChange, PolicyEdition
from portal.timescales.pauses import Pause
from portal.timescales.service import Subject
from tests.factories import people

FILE = policy.POLICY_FILE.read_text(encoding="utf-8")
NOW = policy.load()
BEFORE = "2025-01-01.1"
OTHER = {
    f'version = "{NOW.version}"': f'version = "{BEFORE}"',
    'starts_at = "receipt of the referral"\nmet_when = "a manager authorises the decision and the outcome goes out"\n'
    "length = 5": 'starts_at = "receipt"\nmet_when = "it goes out"\nlength = 7',
    "still_missed = { length = 1,": "still_missed = { length = 2,",
    "closes = 17:00:00": "closes = 16:00:00",
}
"""What another edition gives otherwise."""
SAYS = {"2026-11-29.4": "1b496ad0a4e71531"}
"""What the version of now stands for."""


def earlier_file():
    said = FILE
    for now, then in OTHER.items():
        assert now in said
        said = said.replace(now, then, 1)
    return said


def add_earlier(session, moment):
    session.add(PolicyEdition(version=BEFORE, file=earlier_file(), kept_at=moment.now))
    session.flush()


@pytest.fixture
def counted(database):
    """Return the statements that ask for an edition, as they come."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if "policy_edition" in statement:
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def test_a_file_that_says_something_else_is_another_version():
    """Whoever changes a figure of policy.toml gives it a new version, and writes here what that one says."""
    rows = [{**row, "title": "", "starts_at": "", "met_when": ""} for row in NOW.as_json()]
    said = json.dumps([rows, [str(each) for each in NOW.hours]], sort_keys=True, default=str)
    assert {NOW.version: hashlib.sha256(said.encode()).hexdigest()[:16]} == SAYS


def test_it_is_kept_once_by_however_many_at_once(database, moment):
    with ThreadPoolExecutor(4) as beside:
        done = list(beside.map(lambda _: editions.keep(database), range(4)))
    assert sorted(done) == [False, False, False, True]
    with database.system_transaction(write=False) as session:
        [kept] = session.scalars(select(PolicyEdition)).all()
        assert (kept.version, kept.file) == (NOW.version, FILE)


@pytest.mark.parametrize("statement", ["UPDATE policy_edition SET file = ''", "DELETE FROM policy_edition"])
def test_what_was_kept_stays(database, moment, statement):
    editions.keep(database)
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_release_moves_nothing_that_runs(tx, moment, monkeypatch):
    ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
    enter(tx, ksaf.id)
    add_earlier(tx, moment)
    subject = Subject("referral", 1)
    with monkeypatch.context() as earlier:
        earlier.setattr(policy, "load", lambda: policy.read(earlier_file()))
        made = service.start("outcome", subject, "KSAF-7F3K-9QRT", owed_by_id=ksaf.id, owed_to_id=school.id)
        due_at, ladder = made.due_at, rungs_of(tx, made)
        service.pause(subject, Pause.INFORMATION)
    closures.forget()  # a release starts new processes
    assert (made.policy_version, due_at) == (BEFORE, datetime(2026, 12, 2, 16, tzinfo=UTC))
    assert in_force.rules()["outcome"].length == 5
    moment.advance(hours=1)  # the same day: as many working days are left as there were
    service.resume(subject)
    tx.refresh(made)
    assert (made.due_at, rungs_of(tx, made)) == (due_at, ladder)
    assert ladder["still_missed"] == datetime(2026, 12, 4, 16, tzinfo=UTC)


def test_an_edition_holds_with_what_ksaf_had_changed_by_then(tx, moment):
    ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
    person = people.add_person(ksaf)
    add_earlier(tx, moment)
    for number, length in ((1, 3), (2, 4)):
        figures = Figures.of(NOW["allocate"]).written().replace('"length": 2', f'"length": {length}')
        made = {"changed_by_id": person.user_id, "changed_by_name": "Jo", "changed_at": moment.now, "reason": "Fewer"}
        tx.add(PolicyChange(number=number, kind="allocate", was=figures, becomes=figures, **made))
    tx.flush()
    then = in_force.rules_at(f"{BEFORE}+1")
    assert (then.version, then["allocate"].length, then["outcome"].length) == (f"{BEFORE}+1", 3, 7)
    assert in_force.rules().version == f"{NOW.version}+2"


def test_another_edition_is_asked_for_once_and_only_where_it_is_needed(tx, moment, counted):
    add_earlier(tx, moment)
    counted.clear()
    in_force.rules()
    in_force.rules_at(NOW.version)
    closures.calendar_at(NOW.version)
    assert counted == []
    for _ in range(3):
        assert closures.calendar_at(BEFORE).closes.hour == 16
    assert len(counted) == 1


def test_from_before_editions_were_kept_the_file_of_now_holds(tx):
    assert in_force.rules_at("2024-01-01.1").timescales == NOW.timescales


def rungs_of(tx, deadline):
    rungs = tx.scalars(select(DeadlineRung).where(DeadlineRung.deadline_id == deadline.id)).all()
    for each in rungs:
        tx.refresh(each)
    return {each.rung: each.fires_at for each in rungs}
