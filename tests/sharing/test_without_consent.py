"""Sharing without consent: a decision, a manager who authorises it, and everything that has to follow."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from portal import clock, db
from portal.access.models import Ground, ReferralParty, Scope
from portal.access.roles import OrganisationKind, Role
from portal.consent import queries as consent
from portal.consent.models import ConsentEvent, Position
from portal.notifications.models import OutboxMail
from portal.organisations.models import Organisation
from portal.referrals.models import Audience, TimelineEntry
from portal.referrals.queries import get_referral
from portal.referrals.sharing import deciding, duties, queries, service
from portal.referrals.sharing.models import Duty, SharingDecision, SharingSettlement, SharingStep
from portal.referrals.sharing.service import SharingRefusedError
from portal.tenancy import as_system, enter
from portal.timescales import jobs
from portal.timescales.models import Deadline, Prompt
from portal.web.dates import today
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals, sharing

POLICE = sharing.refused("A police team", family=deciding.Family(told_how="By phone."))
ALL_DUTIES = [Duty.REFUSAL_REASON, Duty.TELL_RECEIVER, Duty.TELL_FAMILY]


class Cast:
    """A school's referrer, KSAF's officer and two managers, and an Early Help team that is let in."""

    def __init__(self):
        self.helen = people.add_person(people.add_organisation(name="Larkfield Vale Academy"), Role.REFERRER)
        self.officer = referrals.staff()
        self.manager, self.other_manager = referrals.staff(Role.MANAGER), referrals.staff(Role.MANAGER)
        self.team = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")
        self.ewan = people.add_person(self.team, Role.REFERRER)
        row = referrals.acknowledged(self.helen, self.officer)
        self.id, self.reference = row.id, row.reference

    def referral(self, person):
        return referrals.load_for(person, self.id)

    def propose(self, by=None, **changed) -> SharingDecision:
        by = by or self.officer
        return deciding.propose(by.actor, self.referral(by), sharing.refused(self.team, **changed))

    def found(self, by, made):
        enter(db.session(), by.organisation_id)
        return queries.open_decision(by.actor, self.reference, made.key)

    def authorised(self, **changed) -> SharingDecision:
        made = self.propose(**changed)
        deciding.authorise(self.manager.actor, self.found(self.manager, made))
        return made


@pytest.fixture
def cast(tx, moment):
    return Cast()


def everything(tx, kind, *where):
    with as_system(tx):
        return list(tx.scalars(select(kind).where(*where)).all())


def waiting_for(tx, person) -> set[str]:
    mine = (col(Prompt.user_id) == person.user_id, col(Prompt.closed_at).is_(None))
    return {prompt.kind for prompt in everything(tx, Prompt, *mine)}


def sees(tx, cast) -> bool:
    enter(tx, cast.team.id)
    return get_referral(cast.ewan.actor, cast.reference) is not None


def test_nothing_is_opened_until_another_person_has_authorised_it(tx, cast):
    made = cast.propose(cast.manager)
    assert not sees(tx, cast)
    assert everything(tx, ConsentEvent) == []
    assert waiting_for(tx, cast.other_manager) == {"sharing_waiting"}
    assert waiting_for(tx, cast.manager) == set()
    with pytest.raises(SharingRefusedError, match="another manager"):
        deciding.authorise(cast.manager.actor, cast.found(cast.manager, made))
    assert not sees(tx, cast)
    deciding.authorise(cast.other_manager.actor, cast.found(cast.other_manager, made))
    assert sees(tx, cast)
    assert waiting_for(tx, cast.other_manager) == set()


def test_the_party_says_on_which_ground_and_that_consent_was_refused(tx, cast):
    cast.authorised(parts={"safeguarding": "It leads the plan."})
    [party] = everything(tx, ReferralParty, col(ReferralParty.organisation_id) == cast.team.id)
    assert (party.ground, party.scope, party.let_in_by_name) == (Ground.PROTECTION, Scope.ALL, cast.officer.name)
    assert party.parts == {"safeguarding": "It leads the plan."}
    assert (party.is_consent_refused, party.is_family_told) == (True, False)
    assert party.basis.startswith("To protect the child. The family refused; a KSAF manager authorised it on")
    assert party.valid_to == clock.now() + timedelta(weeks=13)
    told = [mail for mail in everything(tx, OutboxMail) if mail.organisation_id == cast.team.id]
    assert [mail.template for mail in told] == ["referrals/shared"]


def test_the_ledger_names_the_conditions_and_only_ksaf_reads_that_entry(tx, cast):
    cast.authorised()
    enter(tx, cast.manager.organisation_id)
    [line] = consent.ledger(cast.manager.actor, cast.id)
    assert (line.title, line.to_whom, line.position) == (
        "Sharing to protect the child",
        "Estuary Early Help",
        "Shared without consent",
    )
    said = dict(line.grounds)
    assert said["UK GDPR Article 6"].endswith("(Article 6(1)(ea) and Annex 1, paragraph 6)")
    assert said["Data Protection Act 2018"].endswith("(Paragraph 18(2)(c))")
    assert (said["Decided by"], said["Authorised by"]) == (cast.officer.name, cast.manager.name)
    assert "Necessity" not in str(said)
    for reader in (cast.helen, cast.ewan):
        enter(tx, reader.organisation_id)
        assert consent.ledger(reader.actor, cast.id) == []


def test_two_organisations_have_an_entry_each_and_neither_replaces_the_other(tx, cast):
    cast.authorised()
    made = deciding.propose(cast.officer.actor, cast.referral(cast.officer), sharing.refused("A police team"))
    deciding.authorise(cast.manager.actor, cast.found(cast.manager, made))
    lines = consent.ledger(cast.manager.actor, cast.id)
    assert [(line.to_whom, line.is_newest) for line in lines] == [
        ("A police team", True),
        ("Estuary Early Help", True),
    ]
    assert [party.organisation_id for party in everything(tx, ReferralParty)].count(cast.team.id) == 1


def test_a_returned_decision_opens_nothing_and_whoever_made_it_is_told(tx, cast):
    made = cast.propose()
    deciding.send_back(cast.manager.actor, cast.found(cast.manager, made), "Name the harm.")
    assert not sees(tx, cast)
    assert waiting_for(tx, cast.officer) == {"sharing_returned"}
    assert waiting_for(tx, cast.manager) == set()
    with pytest.raises(SomeoneWasFirstError, match="returned this"):
        deciding.authorise(cast.other_manager.actor, cast.found(cast.other_manager, made))
    cast.propose()
    assert waiting_for(tx, cast.officer) == set()


def test_a_returned_decision_waits_for_triage_once_whoever_made_it_has_left(tx, cast):
    made, colleague = cast.propose(), referrals.staff()
    people.gone(cast.officer)
    deciding.send_back(cast.manager.actor, cast.found(cast.manager, made), "Name the harm.")
    assert waiting_for(tx, colleague) == {"sharing_returned"}
    told = everything(tx, OutboxMail, col(OutboxMail.template) == "referrals/sharing_returned")
    assert [mail.to_address for mail in told] == [colleague.email]


def test_deciding_again_about_one_organisation_leaves_what_was_returned_about_another(tx, cast):
    for made in (cast.propose(), deciding.propose(cast.officer.actor, cast.referral(cast.officer), POLICE)):
        deciding.send_back(cast.manager.actor, cast.found(cast.manager, made), "Name the harm.")
    cast.propose()
    assert waiting_for(tx, cast.officer) == {"sharing_returned"}
    deciding.respect(cast.officer.actor, cast.referral(cast.officer), "a police team", "He is safe.", "“No.”")
    assert waiting_for(tx, cast.officer) == set()


def test_a_refusal_that_is_overridden_owes_three_things_and_each_is_closed_by_evidence(tx, cast):
    made = cast.authorised()
    assert cast.found(cast.officer, made).outstanding == ALL_DUTIES
    # The family is told later, so only the other two wait now.
    assert waiting_for(tx, cast.officer) == {"refusal_reason_owed", "receiver_to_tell"}
    for duty in ALL_DUTIES:
        duties.record(cast.officer.actor, cast.found(cast.officer, made), duty, f"Done: {duty}")
    assert cast.found(cast.officer, made).outstanding == []
    assert waiting_for(tx, cast.officer) == set()
    open_still = [each.kind for each in everything(tx, Deadline, col(Deadline.ended_at).is_(None))]
    assert set(open_still) & {"sharing_decision", *ALL_DUTIES} == set()
    [party] = everything(tx, ReferralParty, col(ReferralParty.organisation_id) == cast.team.id)
    assert party.is_family_told
    with pytest.raises(SomeoneWasFirstError, match="recorded this"):
        duties.record(cast.officer.actor, cast.found(cast.officer, made), Duty.TELL_FAMILY, "Again")


def test_telling_the_family_can_be_put_off_and_is_asked_for_again(tx, cast, moment):
    made = cast.authorised()
    again = today() + timedelta(days=14)
    duties.record(cast.officer.actor, cast.found(cast.officer, made), Duty.TELL_FAMILY, "He may take her away.", again)
    assert Duty.TELL_FAMILY in cast.found(cast.officer, made).outstanding
    running = everything(tx, Deadline, col(Deadline.kind) == "tell_family", col(Deadline.ended_at).is_(None))
    # From Monday 7 December on, so by the end of the next working day.
    assert [each.due_at.date() for each in running] == [again + timedelta(days=1)]


def test_a_decision_that_nobody_settles_is_not_silent(database, moment):
    with database.transaction():
        cast = Cast()
        cast.propose()
    moment.set(datetime(2026, 11, 24, 17, 30, tzinfo=UTC))
    jobs.run(database, clock.now())
    with database.transaction() as session:
        kinds = waiting_for(session, cast.manager)
    assert "sharing_decision:missed" in kinds


def test_what_is_known_already_is_not_asked_for_again(tx, cast):
    made = cast.authorised(
        reason="asking_is_unsafe", family=deciding.Family(told_how="By phone, by Sam Osei, this morning.")
    )
    assert cast.found(cast.officer, made).outstanding == []
    made = deciding.propose(
        cast.officer.actor,
        cast.referral(cast.officer),
        sharing.refused("A police team", refusal_reason="“Not our business.”"),
    )
    deciding.authorise(cast.manager.actor, cast.found(cast.manager, made))
    assert cast.found(cast.officer, made).outstanding == [Duty.TELL_RECEIVER, Duty.TELL_FAMILY]


def test_a_refusal_that_is_respected_opens_nothing_and_waits_for_nobody(tx, cast):
    made = deciding.respect(cast.officer.actor, cast.referral(cast.officer), cast.team, "He is safe.", "“No.”")
    assert not sees(tx, cast)
    assert waiting_for(tx, cast.manager) == set()
    assert everything(tx, ConsentEvent, col(ConsentEvent.position) == Position.SHARED_WITHOUT) == []
    with pytest.raises(SomeoneWasFirstError, match="respected"):
        deciding.authorise(cast.manager.actor, cast.found(cast.manager, made))


def test_that_it_ended_is_read_by_no_organisation_that_looks_on(tx, cast):
    cast.authorised()
    service.stop(cast.officer.actor, cast.referral(cast.officer), cast.team.key)
    assert not sees(tx, cast)
    about = [each for each in everything(tx, TimelineEntry) if cast.team.name in f"{each.title} {each.body}"]
    assert [each.title for each in about] == ["No longer shared with Estuary Early Help"]
    assert [each.audience for each in about] == [Audience.OPERATOR]


def test_who_sees_it_already_needs_no_decision(tx, cast):
    made = cast.propose()
    referrals.share(cast.referral(cast.officer), cast.team.id, Scope.STATUS)
    with pytest.raises(SharingRefusedError, match="see this referral already"):
        cast.propose()
    with pytest.raises(SharingRefusedError, match="come to see"):
        deciding.authorise(cast.manager.actor, cast.found(cast.manager, made))


def test_only_ksaf_reads_decisions_and_nobody_changes_one(tx, cast):
    made = cast.authorised()
    duties.record(cast.officer.actor, cast.found(cast.officer, made), Duty.TELL_RECEIVER, "Told.")
    for reader in (cast.helen, cast.ewan):
        assert queries.of_referral(reader.actor, cast.referral(reader)) == []
        enter(tx, reader.organisation_id)
        for kind in (SharingDecision, SharingSettlement, SharingStep):
            assert tx.scalars(select(kind)).all() == []
    for kind, column in ((SharingDecision, "necessity"), (SharingSettlement, "comment"), (SharingStep, "evidence")):
        [row] = everything(tx, kind)
        changed = update(kind).where(col(kind.id) == row.id).values({column: "Changed"})
        with pytest.raises(DatabaseError), as_system(tx), tx.begin_nested():
            tx.execute(changed)
        tx.expire_all()


def test_a_mail_names_neither_the_child_nor_the_organisation(tx, cast):
    cast.authorised()
    names = [tx_name.name for tx_name in everything(tx, Organisation) if tx_name.id == cast.team.id]
    for mail in everything(tx, OutboxMail):
        assert "Amira" not in str(mail.context)
        assert names[0] not in str(mail.context)
