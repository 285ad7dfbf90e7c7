"""Who is prompted while a decision waits for a manager, comes back, or the risk changes; and what ends each prompt."""

import pytest
from sqlmodel import select

from portal import db, tenancy
from portal.access.roles import Role
from portal.notifications import letters
from portal.notifications.models import OutboxMail
from portal.referrals import conversation, lifecycle
from portal.referrals.rules import Event
from portal.timescales import news
from portal.timescales.models import Prompt
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.triage import service
from portal.triage.models import Outcome
from tests.factories import people, referrals
from tests.factories.assessments import assessed
from tests.triage.conftest import consented, proposal, proposed

LETTERHEAD = letters.Letterhead("https://portal.example", "01632 960 000", "info@ksaf.example")


def waiting(kind: str) -> set[int]:
    """Return for whom a prompt of this kind is open."""
    session = db.session()
    with tenancy.as_system(session):
        found = session.scalars(select(Prompt).where(Prompt.kind == kind, Prompt.closed_at.is_(None))).all()
    return {row.user_id for row in found}


def mailed(template: str) -> list[OutboxMail]:
    session = db.session()
    with tenancy.as_system(session):
        return list(session.scalars(select(OutboxMail).where(OutboxMail.template == template)).all())


def change_risk(world, referral):
    mine = referrals.load_for(world.referrer, referral.id)
    conversation.update(world.referrer.actor, mine, "The mother called at noon.", is_risk_changed=True)
    return referrals.load_for(world.officer, referral.id)


def test_a_proposed_decision_waits_for_every_manager(world):
    referral = proposed(world)
    managers = {world.manager.user_id, world.other_manager.user_id}
    assert waiting("decision_waiting") == managers
    told = mailed("triage/decision_waiting")
    assert {mail.to_address for mail in told} == {world.manager.email, world.other_manager.email}
    subject, body = letters.read(told[0], LETTERHEAD)
    assert referral.reference in subject
    assert f"https://portal.example/referrals/{referral.reference}/authorise" in body


def test_a_manager_who_proposes_is_not_told_of_it(world):
    proposed(world, by=world.manager)
    assert waiting("decision_waiting") == {world.other_manager.user_id}
    assert [mail.to_address for mail in mailed("triage/decision_waiting")] == [world.other_manager.email]


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.PATHWAY_1, None), (Outcome.NOT_ACCEPTED, "another_service_leads")]
)
def test_authorising_settles_it(world, outcome, reason):
    service.authorise(world.manager.actor, proposed(world, outcome, reason))
    assert waiting("decision_waiting") == set()


def test_a_returned_decision_waits_for_its_proposer_until_it_is_proposed_again(world):
    referral = proposed(world)
    service.send_back(world.manager.actor, referral, "Say more about risk.")
    assert (waiting("decision_waiting"), waiting("decision_returned")) == (set(), {world.officer.user_id})
    service.propose(world.officer.actor, referral, proposal())
    assert waiting("decision_returned") == set()
    assert waiting("decision_waiting") == {world.manager.user_id, world.other_manager.user_id}


@pytest.mark.parametrize("becomes", [None, Role.ADMINISTRATOR])
def test_a_returned_decision_waits_for_triage_once_its_proposer_has_left_or_may_not_decide(world, becomes):
    referral = proposed(world)
    if becomes is None:
        people.gone(world.officer)
    else:
        people.membership(world.officer).role = becomes
    service.send_back(world.manager.actor, referral, "Say more about risk.")
    assert waiting("decision_returned") == {world.colleague.user_id}
    assert [mail.to_address for mail in mailed("triage/decision_returned")] == [world.colleague.email]


@pytest.mark.parametrize("returned", [True, False])
def test_a_withdrawal_settles_both(world, returned):
    referral = proposed(world)
    if returned:
        service.send_back(world.manager.actor, referral, "Say more about risk.")
    mine = referrals.load_for(world.referrer, referral.id)
    conversation.withdraw(world.referrer.actor, mine, "The family has moved.")
    assert (waiting("decision_waiting"), waiting("decision_returned")) == (set(), set())


def test_a_changed_risk_waits_for_whoever_has_the_referral_until_the_decision(world):
    referral = consented(referrals.acknowledged(world.referrer, world.officer), world.officer)
    referral = change_risk(world, change_risk(world, referral))
    assert referral.is_urgent
    assert waiting("risk_changed") == {world.officer.user_id}
    service.propose(world.officer.actor, assessed(referral, world.officer), proposal())
    assert waiting("risk_changed") == set()
    change_risk(world, referral)
    assert waiting("risk_changed") == {world.officer.user_id}
    service.authorise(world.manager.actor, referrals.load_for(world.manager, referral.id))
    assert waiting("risk_changed") == set()


def test_a_risk_that_changed_before_anybody_has_it_waits_for_all_of_triage_and_outlives_a_withdrawal(world):
    referral = change_risk(world, referrals.sent(world.referrer))
    assert waiting("risk_changed") == {world.officer.user_id, world.colleague.user_id}
    mine = referrals.load_for(world.referrer, referral.id)
    lifecycle.move(world.referrer.actor, mine, Event.WITHDRAW, "Withdrawn")
    assert waiting("risk_changed") == {world.officer.user_id, world.colleague.user_id}


@pytest.mark.parametrize("step", ["answer", "decide", "withdraw"])
def test_an_unanswered_question_waits_until_it_is_answered_or_overtaken(world, step):
    referral = consented(referrals.acknowledged(world.referrer, world.officer), world.officer)
    service.ask(world.officer.actor, assessed(referral, world.officer), "Which mornings?")
    news.tell(
        News.QUESTION_UNANSWERED,
        referral.reference,
        staff_of(world.officer.organisation_id).on_whom(world.officer.user_id),
        organisation_id=world.officer.organisation_id,
    )
    assert waiting("question_unanswered") == {world.officer.user_id}
    if step == "decide":
        service.propose(world.officer.actor, referral, proposal())
    else:
        mine = referrals.load_for(world.referrer, referral.id)
        getattr(conversation, step)(world.referrer.actor, mine, "The family has moved.")
    assert waiting("question_unanswered") == set()


def test_changed_circumstances_alone_prompt_nobody(world):
    referral = referrals.sent(world.referrer)
    conversation.update(world.referrer.actor, referral, "She has a new phone.", is_risk_changed=False)
    assert (waiting("risk_changed"), referral.is_urgent) == (set(), False)
