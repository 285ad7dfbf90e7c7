"""Week 1: consent asked again, the plan and the family's goals, and what of them a partner reads."""

import datetime as dt

import pytest
from sqlmodel import col, select

from portal import db
from portal.cases import consent_again, family_consent, goals, plan, queries
from portal.cases.consent_again import Answer
from portal.cases.family_consent import NoConsentError
from portal.cases.models import SupportCase
from portal.cases.plan import Texts
from portal.consent import wording
from portal.consent.models import ConsentEvent, Position
from portal.consent.statements import Giver
from portal.notifications.models import OutboxMail
from portal.referrals.models import TimelineEntry
from portal.tenancy import as_system, enter
from portal.timescales.models import Prompt
from portal.web.errors import SomeoneWasFirstError
from tests.cases.conftest import in_support

MONDAY = dt.date(2026, 11, 23)
PARTS = {"strengths": "She walks to the gate.", "family": "Bags by the door.", "ksaf": "A visit a week.", "others": ""}
TEXTS = Texts(PARTS, "routines", "Mornings are where it fails.", "A story of a hard year.")


def answer(support: Position = Position.GIVEN, updates: Position = Position.GIVEN) -> Answer:
    positions = {each.key: Position.GIVEN for each in wording.current().purposes}
    positions |= {family_consent.SUPPORT: support, family_consent.UPDATES: updates}
    who = Giver("Rosa Vale", "parental_responsibility", "face_to_face", MONDAY)
    return Answer(who, consent_again.statements(positions, "Not the form tutor"), "At the kitchen table", MONDAY)


def opened(person, reference) -> queries.Supported:
    enter(db.session(), person.organisation_id)
    found = queries.open_own_support(person.actor, reference)
    assert found is not None
    return found


def entries(referral, purpose) -> list[ConsentEvent]:
    wanted = select(ConsentEvent).where(col(ConsentEvent.referral_id) == referral.id, ConsentEvent.purpose == purpose)
    return list(db.session().scalars(wanted.order_by(col(ConsentEvent.id))).all())


def mails(template: str) -> list[OutboxMail]:
    with as_system(db.session()):
        return list(db.session().scalars(select(OutboxMail).where(OutboxMail.template == template)).all())


def prompts() -> list[Prompt]:
    with as_system(db.session()):
        return list(db.session().scalars(select(Prompt).where(Prompt.kind == "consent_refused")).all())


@pytest.fixture
def referral(helped):
    made, case = in_support(helped)
    consent_again.confirm(helped.practitioner.actor, opened(helped.practitioner, made.reference), answer())
    assert case.consent_confirmed_on == MONDAY
    return made


def test_what_the_family_says_joins_the_ledger_and_supersedes_what_it_said(helped, referral):
    first, second = entries(referral, family_consent.SUPPORT)
    assert (first.position, second.position, second.supersedes_id) == (Position.GIVEN, Position.GIVEN, first.id)
    assert (second.given_by, second.method, second.effective_on) == ("Rosa Vale", "face_to_face", MONDAY)
    assert second.wording_version == wording.current().id
    case = queries.newest_case(helped.practitioner.actor, referral)
    assert (case.consent_confirmed_by_name, case.consent_note) == ("Jo Pemberton", "At the kitchen table")


def test_limits_are_kept_with_the_purposes_they_limit(helped, referral):
    person = helped.practitioner
    consent_again.confirm(person.actor, opened(person, referral.reference), answer(updates=Position.LIMITED))
    assert entries(referral, family_consent.UPDATES)[-1].limits == "Not the form tutor"
    assert entries(referral, family_consent.SUPPORT)[-1].limits is None


def test_without_agreement_the_plan_stands_still_and_the_managers_are_told_until_it_comes_back(helped, referral):
    person = helped.practitioner
    found = opened(person, referral.reference)
    goal = goals.add(person.actor, found, "Mornings without shouting", 3)
    consent_again.confirm(person.actor, found, answer(support=Position.REFUSED))
    assert {(each.user_id, each.closed_at) for each in prompts()} == {(each, None) for each in helped.managers}
    one = goals.open_goal(person.actor, referral.reference, goal.key)
    for step in (
        lambda: plan.save(person.actor, found, TEXTS, ""),
        lambda: goals.add(person.actor, found, "Another", 1),
        lambda: goals.change(person.actor, one, "Another", 1),
    ):
        with pytest.raises(NoConsentError):
            step()
    consent_again.confirm(person.actor, found, answer())
    assert all(each.closed_at for each in prompts())
    plan.save(person.actor, found, TEXTS, "")


def test_the_referrer_is_told_once_that_the_plan_is_ready_and_reads_what_is_theirs(helped, referral):
    person = helped.practitioner
    found = opened(person, referral.reference)
    goals.add(person.actor, found, "Mornings without shouting", 3)
    plan.save(person.actor, found, TEXTS, "")
    plan.save(person.actor, found, TEXTS, plan.version_of(found.case))
    assert [each.to_address for each in mails("cases/plan_ready")] == [helped.referrer.email]
    own = plan.open_plan(person.actor, referral.reference)
    assert (own.own.why, own.own.story) == (TEXTS.why, TEXTS.story)
    enter(db.session(), helped.referrer.organisation_id)
    shared = plan.open_plan(helped.referrer.actor, referral.reference)
    assert shared.own is None
    assert [each.row.words for each in shared.goals] == ["Mornings without shouting"]
    assert [text for _, text in shared.parts] == [PARTS["strengths"], PARTS["family"], PARTS["ksaf"]]
    enter(db.session(), helped.outsider.organisation_id)
    assert plan.open_plan(helped.outsider.actor, referral.reference) is None


def test_a_family_that_does_not_want_the_referrer_told_keeps_the_plan_from_them(helped, referral):
    person = helped.practitioner
    found = opened(person, referral.reference)
    consent_again.confirm(person.actor, found, answer(updates=Position.REFUSED))
    goals.add(person.actor, found, "Mornings without shouting", 3)
    plan.save(person.actor, found, TEXTS, "")
    assert mails("cases/plan_ready") == []
    enter(db.session(), helped.referrer.organisation_id)
    shared = plan.open_plan(helped.referrer.actor, referral.reference)
    assert (shared.is_shown, shared.is_begun, shared.review) == (False, False, None)


def test_a_plan_that_was_saved_meanwhile_is_not_overwritten(helped, referral, moment):
    person = helped.practitioner
    found = opened(person, referral.reference)
    plan.save(person.actor, found, TEXTS, "")
    moment.advance(minutes=5)
    with pytest.raises(SomeoneWasFirstError, match="5 minutes ago"):
        plan.save(person.actor, found, TEXTS, "")


def test_a_goal_is_changed_and_ended_and_ksaf_alone_still_reads_it(helped, referral):
    person = helped.practitioner
    found = opened(person, referral.reference)
    key = goals.add(person.actor, found, "Mornings", 3).key
    one = goals.open_goal(person.actor, referral.reference, key)
    for _ in ("first", "saved again as it is"):
        goals.change(person.actor, one, "Calm mornings", 2)
    noted = select(TimelineEntry.title).where(TimelineEntry.title == "A goal was changed")
    assert len(db.session().scalars(noted).all()) == 1
    assert (one.row.words, one.row.baseline) == ("Calm mornings", 2)
    goals.end(person.actor, one, "Reached")
    with pytest.raises(SomeoneWasFirstError):
        goals.end(person.actor, one, "Reached")
    assert [each.row.words for each in plan.open_plan(person.actor, referral.reference).own.ended_goals]
    enter(db.session(), helped.referrer.organisation_id)
    assert plan.open_plan(helped.referrer.actor, referral.reference).goals == []


def test_a_plan_holds_five_goals(helped, referral):
    person = helped.practitioner
    found = opened(person, referral.reference)
    for number in range(goals.MOST):
        goals.add(person.actor, found, f"Goal {number}", number)
    with pytest.raises(goals.TooManyGoalsError):
        goals.add(person.actor, found, "One more", 5)


def test_nothing_is_agreed_once_the_support_has_ended(helped, referral, moment):
    person = helped.practitioner
    found = opened(person, referral.reference)
    case: SupportCase = found.case
    case.ended_at = case.allocated_at
    for step in (
        lambda: consent_again.confirm(person.actor, found, answer()),
        lambda: plan.save(person.actor, found, TEXTS, ""),
        lambda: goals.add(person.actor, found, "Late", 1),
    ):
        with pytest.raises(SomeoneWasFirstError, match="ended"):
            step()
