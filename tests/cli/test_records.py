"""Mail and audit from the command line."""

import json
import sqlite3

import pytest

from portal.audit import service as audit
from portal.audit.actions import Action
from portal.notifications import service as notifications
from tests.factories import people


@pytest.fixture
def chain(database, moment):
    """Five events of one organisation; gives its id."""
    with database.transaction():
        person = people.add_person(people.add_organisation())
    with database.transaction(tenant=person.organisation_id):
        for number in range(5):
            audit.record(person.actor, Action.DRAFT_STARTED, subject=("referral", number), reference=f"KSAF-{number}")
    return person.organisation_id


def tamper(database, *statements):
    """Change the file as an intruder would who has found the guards."""
    with sqlite3.connect(database.engine.url.database) as raw:
        for name in ("update", "delete", "replace"):
            raw.execute(f"DROP TRIGGER audit_event_no_{name}")
        for statement in statements:
            raw.execute(statement)
    raw.close()


def test_a_whole_audit_is_0(portal, chain):
    done = portal("audit", "verify")
    assert (done.exit_code, done.stdout) == (0, "The audit is whole.\n")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE audit_event SET action = 'x' WHERE sequence = 3", "event 3 was changed."),
        ("DELETE FROM audit_event WHERE sequence = 2", "event 2 is missing."),
        ("UPDATE audit_payload SET detail = 'x'", "the detail of event 1 was changed."),
        ("UPDATE audit_event SET at = 'x' WHERE sequence = 4", "event 4 cannot be read."),
    ],
)
def test_a_rewritten_audit_is_1_and_names_the_place(portal, chain, database, statement, place):
    tamper(database, statement)
    done = portal("audit", "verify")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"Chain of organisation {chain}: {place}\n")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_anchor_shows_what_was_cut_off_the_end(portal, chain, database, tmp_path):
    anchor = str(tmp_path / "anchor.json")
    assert portal("audit", "anchor", anchor).exit_code == 0
    assert portal("audit", "verify", "--anchor", anchor).exit_code == 0
    tamper(
        database,
        "DELETE FROM audit_payload",
        "DELETE FROM audit_event WHERE sequence > 3",
        "UPDATE audit_head SET sequence = 3, hash = (SELECT hash FROM audit_event WHERE sequence = 3)",
    )
    assert portal("audit", "verify").exit_code == 0  # a chain alone cannot show this
    done = portal("audit", "verify", "--anchor", anchor)
    assert done.exit_code == 1
    assert "it ends at event 3, before the anchor." in done.stderr


@pytest.mark.parametrize("written", ["", "[]", '{"1": {}}', '{"x": {"sequence": 1, "hash": ""}}'])
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_file_that_is_no_anchor_is_refused(portal, tmp_path, written):
    file = tmp_path / "anchor.json"
    file.write_text(written)
    done = portal("audit", "verify", "--anchor", str(file))
    assert done.exit_code == 1
    assert "is not an anchor" in done.stderr


def test_mail_is_listed_without_addresses_or_contents(portal, database, moment):
    with database.transaction():
        notifications.queue(
            "triage/outcome", "dsl@school.example", organisation_id=None, reference="KSAF-7F3K-9QRT", word="secret"
        )
    done = portal("mail", "--json")
    [row] = json.loads(done.stdout)
    assert {"id", "template", "reference", "state", "attempts", "message_id"} <= row.keys()
    assert (row["template"], row["state"], row["attempts"]) == ("triage/outcome", "queued", 0)
    assert "dsl@" not in done.stdout
    assert "secret" not in done.stdout
