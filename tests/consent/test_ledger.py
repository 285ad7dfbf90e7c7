"""The consent ledger: entered once, read in words, changed by nobody."""

import datetime as dt

import pytest
from sqlalchemy import exc, text
from sqlmodel import col, select

from portal import db, tenancy
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.consent import queries, service, wording
from portal.consent.models import ConsentEvent, Position
from portal.consent.statements import PROTECTION, About, Giver, Statement
from tests.factories import people, referrals

MOTHER = Giver("Sana Khan (Mother)", "parental_responsibility", "face_to_face", dt.date(2026, 11, 19))
SAID = [
    Statement("ksaf_support", Position.LIMITED, "No calls after 6pm."),
    Statement("updates_to_referrer", Position.GIVEN),
    Statement("contact_family", Position.REFUSED),
]


@pytest.fixture
def world(tx):
    """A draft of a school, and the school's person; the session is theirs."""
    person = people.add_person(people.add_organisation())
    return person, referrals.draft(person)


def about(referral) -> About:
    return About(referral.id, referral.organisation_id, referral.reference)


def test_every_statement_is_an_entry_with_everything_that_was_said(world):
    person, draft = world
    service.record_from_referral(person.actor, about(draft), "KSAF", SAID, MOTHER)
    lines = queries.ledger(person.actor, draft.id)
    assert [line.purpose for line in lines] == ["contact_family", "updates_to_referrer", "ksaf_support"]
    line = lines[-1]
    assert (line.title, line.position, line.limits) == ("Help from KSAF", "Agreed, with limits", "No calls after 6pm.")
    assert (line.given_by, line.method, line.to_whom) == ("Sana Khan (Mother)", "face to face", "KSAF")
    assert (line.capacity, line.effective_on) == ("holds parental responsibility", dt.date(2026, 11, 19))
    assert (line.recorded_by, line.is_newest, line.permits) == (person.name, True, True)


def test_an_entry_points_at_the_very_words_that_were_shown(world):
    person, draft = world
    entry, *_ = service.record_from_referral(person.actor, about(draft), "KSAF", SAID, MOTHER)
    shown = wording.wording(entry.wording_version)
    assert entry.wording_hash == wording.wording_hash(shown)


def test_nobody_asked_means_no_wording_shown_and_nobody_named(world):
    person, draft = world
    said = [
        Statement("ksaf_support", Position.NOT_ASKED),
        Statement(PROTECTION, Position.SHARED_WITHOUT, grounds=(("Why", "x"),)),
    ]
    service.record_from_referral(person.actor, about(draft), "KSAF", said)
    shared, asked = queries.ledger(person.actor, draft.id)
    assert (shared.title, shared.grounds) == ("Sharing to protect the child", (("Why", "x"),))
    assert {line.wording_version for line in (shared, asked)} == {""}
    assert not shared.permits


def test_a_later_statement_supersedes_the_earlier_and_both_stay(world):
    person, draft = world
    first, *_ = service.record_from_referral(person.actor, about(draft), "KSAF", SAID, MOTHER)
    later = [Statement("ksaf_support", Position.WITHDRAWN)]
    (second,) = service.record_from_referral(person.actor, about(draft), "KSAF", later, MOTHER)
    assert second.supersedes_id == first.id
    lines = [line for line in queries.ledger(person.actor, draft.id) if line.purpose == "ksaf_support"]
    assert [(line.position, line.is_newest) for line in lines] == [("Withdrawn", True), ("Agreed, with limits", False)]
    assert queries.in_force(person.actor, draft.id, "ksaf_support") is None


def test_what_is_in_force_is_the_newest_entry_that_agrees(world):
    person, draft = world
    service.record_from_referral(person.actor, about(draft), "KSAF", SAID, MOTHER)
    assert queries.in_force(person.actor, draft.id, "updates_to_referrer").position is Position.GIVEN
    assert queries.in_force(person.actor, draft.id, "contact_family") is None
    assert queries.in_force(person.actor, draft.id, "named_others") is None


def test_each_entry_is_audited_once(world, tx):
    person, draft = world
    made = service.record_from_referral(person.actor, about(draft), "KSAF", SAID, MOTHER)
    events = select(AuditEvent).where(col(AuditEvent.action) == Action.CONSENT_RECORDED)
    assert [event.subject_id for event in tx.scalars(events)] == [entry.id for entry in made]


def test_another_organisation_reads_nothing(world):
    person, draft = world
    service.record_from_referral(person.actor, about(draft), "KSAF", SAID, MOTHER)
    outsider = people.add_person(people.add_organisation())
    tenancy.enter(db.session(), outsider.organisation_id)
    assert queries.ledger(outsider.actor, draft.id) == []
    assert queries.ledger(person.actor, draft.id) == []
    assert queries.in_force(outsider.actor, draft.id, "ksaf_support") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_event SET position = 'refused'",
        "DELETE FROM consent_event",
        "INSERT OR REPLACE INTO consent_event SELECT * FROM consent_event",
        "REPLACE INTO consent_event SELECT * FROM consent_event",
        "INSERT INTO consent_event SELECT * FROM consent_event WHERE 1=1 ON CONFLICT (id) DO UPDATE SET position = 'x'",
        "DROP TRIGGER consent_event_no_update",
        "DROP TABLE consent_event",
        "TRUNCATE consent_event",
    ],
)
def test_the_database_itself_refuses_to_change_it(world, tx, statement):
    person, draft = world
    service.record_from_referral(person.actor, about(draft), "KSAF", SAID, MOTHER)
    with tenancy.as_system(tx):
        # Other engines do not know some of these statements: refused as well.
        with pytest.raises(exc.DBAPIError), tx.begin_nested():
            tx.connection().execute(text(statement))
        tx.expire_all()
        assert len(tx.scalars(select(ConsentEvent)).all()) == len(SAID)
        assert {row.position for row in tx.scalars(select(ConsentEvent))} == {each.position for each in SAID}
