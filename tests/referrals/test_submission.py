"""Sending: everything that goes with it, once, or nothing."""

import pytest
from sqlmodel import col, select

from portal.access.models import PartyRole, ReferralParty
from portal.access.roles import OrganisationKind, Role
from portal.consent import queries as consent
from portal.consent.models import ConsentEvent, Position
from portal.notifications import letters
from portal.notifications.models import OutboxMail
from portal.referrals import submission
from portal.referrals.form import consent_answers
from portal.referrals.models import WaitingOn
from portal.referrals.rules import State
from portal.tenancy import as_system
from portal.timescales.models import Deadline
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.factories.answers import BY_KIND, PROTECTION, SCHOOL

LETTERHEAD = letters.Letterhead("https://portal.example", "01632 960 000", "info@ksaf.example")
WITHOUT = {**{key: value for key, value in SCHOOL.items() if not key.startswith("consent_")}, **PROTECTION}
WITHOUT["pathway_wished"] = "not_sure"
# As little as a child at risk must wait for.
URGENT = {
    key: SCHOOL[key] for key in ("child_first_name", "child_last_name", "child_area", "contact_name", "contact_phone")
} | {"child_safe_now": "not_sure"}


def a_draft(kind=OrganisationKind.EDUCATION, answers=None):
    person = people.add_person(people.add_organisation(kind))
    return person, referrals.draft(person, answers)


def positions(session, referral):
    events = select(ConsentEvent).where(col(ConsentEvent.referral_id) == referral.id)
    return {event.purpose: event.position for event in session.scalars(events)}


def mails(session):
    with as_system(session):
        return list(session.scalars(select(OutboxMail).order_by(col(OutboxMail.id))))


@pytest.mark.parametrize("kind", BY_KIND)
def test_every_kind_of_referrer_can_send(tx, kind):
    person, draft = a_draft(OrganisationKind(kind), BY_KIND[kind])
    submission.submit(person.actor, draft)
    assert (draft.state, draft.waiting_on) == (State.SENT, WaitingOn.OPERATOR)
    assert draft.submitted_at is not None
    kinds = select(Deadline.kind).where(col(Deadline.subject_id) == draft.id)
    assert set(tx.scalars(kinds)) == {"acknowledge", "chase", "decide", "outcome"}


def test_consent_enters_the_ledger_purpose_by_purpose(tx):
    person, draft = a_draft()
    submission.submit(person.actor, draft)
    chosen = ("ksaf_support", "updates_to_referrer", "contact_family", "named_others")
    assert positions(tx, draft) == {**dict.fromkeys(chosen, Position.LIMITED), "anonymised_figures": Position.REFUSED}
    named = next(line for line in consent.ledger(person.actor, draft.id) if line.purpose == "named_others")
    assert named.limits == "Only with: Dr Ruth Ames at Weir Surgery.\nNo calls after 6pm."
    assert (named.given_by, named.to_whom) == ("Sana Khan (Mother)", "KSAF")


def test_consent_in_part_leaves_the_rest_not_agreed(tx):
    person, draft = a_draft(OrganisationKind.HEALTH, BY_KIND["health"])
    submission.submit(person.actor, draft)
    found = positions(tx, draft)
    assert (found["contact_family"], found["named_others"]) == (Position.LIMITED, Position.REFUSED)


def test_ksaf_becomes_a_party_on_a_stated_basis(tx):
    person, draft = a_draft()
    officer = referrals.staff()
    submission.submit(person.actor, draft)
    party = select(ReferralParty).where(col(ReferralParty.role) == PartyRole.OPERATOR)
    assert tx.scalars(party).one().basis == "Consent given on 19 November 2026"
    assert referrals.load_for(officer, draft.id).reference == draft.reference


def test_protection_records_its_grounds_and_says_so(tx):
    person, draft = a_draft(answers=WITHOUT)
    submission.submit(person.actor, draft)
    assert positions(tx, draft)["protection"] is Position.SHARED_WITHOUT
    assert positions(tx, draft)["ksaf_support"] is Position.NOT_ASKED
    newest = consent.ledger(person.actor, draft.id)[0]
    assert dict(newest.grounds)["Which manager authorised it?"] == "Alan Frost, head teacher"
    assert len(newest.grounds) == 7
    party = select(ReferralParty.basis).where(col(ReferralParty.role) == PartyRole.OPERATOR)
    assert tx.scalars(party).one() == (
        "Shared for protection, without consent: asking would put the child at risk or harm an enquiry"
    )


def test_a_child_at_risk_never_waits_for_the_form(tx):
    person, draft = a_draft(answers=URGENT)
    submission.submit(person.actor, draft)
    assert draft.state is State.SENT
    assert positions(tx, draft) == {"protection": Position.SHARED_WITHOUT}
    assert consent_answers.basis(URGENT).endswith("without consent: the child may not be safe")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"presenting_worries": ""}, "worried"),
        ({"consent_purposes": ["contact_family"]}, "Outreach cannot begin without it"),
        ({"consent_status": "refused"}, "without consent"),
        ({"consent_status": "not_asked", "without_consent_route": "signpost"}, "Support and Advice Line"),
        ({"date_of_birth": "31/2/2014"}, "date"),
    ],
)
def test_what_is_missing_stops_it_and_nothing_has_happened(tx, change, told):
    person, draft = a_draft(answers={**SCHOOL, **change})
    with pytest.raises(submission.NotReadyError) as refusal:
        submission.submit(person.actor, draft)
    assert any(told in message for _, _, message in refusal.value.missing)
    assert draft.state is State.DRAFT
    assert (positions(tx, draft), mails(tx)) == ({}, [])


def test_without_an_agreement_in_force_nothing_is_sent(tx):
    person = people.add_person(people.add_organisation(agreed=False))
    draft = referrals.draft(person)
    with pytest.raises(submission.NoAgreementError):
        submission.submit(person.actor, draft)
    assert (draft.state, mails(tx)) == (State.DRAFT, [])


def test_a_second_submission_changes_nothing(tx):
    person, draft = a_draft()
    submission.submit(person.actor, draft)
    with pytest.raises(SomeoneWasFirstError):
        submission.submit(person.actor, draft)
    assert len(positions(tx, draft)) == 5
    assert [mail.template for mail in mails(tx)].count("referrals/receipt") == 1


def test_the_sender_and_triage_are_told_without_a_name(tx):
    person, draft = a_draft()
    officer, _manager = referrals.staff(), referrals.staff(Role.MANAGER)
    submission.submit(person.actor, draft)
    receipt, news = mails(tx)
    assert (receipt.to_address, news.to_address) == (person.email, officer.email)
    assert (receipt.organisation_id, news.organisation_id) == (person.organisation_id, officer.organisation_id)
    for mail in (receipt, news):
        subject, body = letters.read(mail, LETTERHEAD)
        written = subject + body
        assert draft.reference in subject
        assert f"https://portal.example/referrals/{draft.reference}" in body
        assert "Tuesday 24 November 2026 at 5pm" in body
        told = [value for value in SCHOOL.values() if isinstance(value, str) and len(value) > 6 and " " in value]
        assert [value for value in told if value in written] == []
        assert "Amira" not in written
        assert "Khan" not in written


@pytest.mark.parametrize(
    ("answers", "is_urgent"),
    [(SCHOOL, False), (WITHOUT, True), (URGENT, True)],
    ids=["consented", "protection", "risk"],
)
def test_a_child_who_may_be_at_risk_is_to_be_read_first(tx, answers, is_urgent):
    person, draft = a_draft(answers=answers)
    submission.submit(person.actor, draft)
    assert draft.is_urgent is is_urgent
