"""A referral decided for advice is a call to make: the school sees it run, and what was said stays with KSAF."""

import pytest
from sqlmodel import select

from portal import clock, db, tenancy
from portal.consent.models import ConsentEvent, Position
from portal.enquiries import service as enquiries
from portal.enquiries.call_backs import queries, service, shown
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.call_backs.rules import CallBackEnding, TryResult
from portal.enquiries.models import Caller, NextStep
from portal.enquiries.service import Call
from portal.notifications.models import OutboxMail
from portal.referrals import lifecycle
from portal.referrals.models import Audience, Referral, TimelineEntry, WaitingOn
from portal.referrals.rules import Event
from portal.timescales.models import Deadline, Prompt
from portal.triage import service as triage
from portal.triage.models import Outcome
from portal.web.errors import SomeoneWasFirstError
from tests.factories.answers import SCHOOL
from tests.triage.conftest import World, make_world, proposed

CALL = Call(Caller.PARENT, "kent", "Explored Quillmarch", "Advised Quillmarch", NextStep.ADVICE)


@pytest.fixture
def world(tx) -> World:
    return make_world()


def advised(world: World, *, may_call: bool = True) -> Referral:
    """A referral that a manager has decided for Pathway 1; the session becomes KSAF's."""
    made = proposed(world, Outcome.PATHWAY_1)
    if may_call:
        agreed = ConsentEvent(
            organisation_id=made.organisation_id,
            referral_id=made.id,
            purpose="contact_family",
            position=Position.GIVEN,
            to_whom="KSAF",
            recorded_by_id=world.officer.user_id,
            recorded_at=clock.now(),
        )
        db.session().add(agreed)
        db.session().flush()
    triage.authorise(world.manager.actor, made)
    return made


def owed(world: World, referral: Referral) -> CallBack:
    found = queries.get_call_back(world.adviser.actor, referral.reference)
    assert found is not None
    return found


def test_the_family_is_called_and_whoever_sent_it_sees_by_when(world):
    referral = advised(world)
    call = owed(world, referral)
    assert (call.name, call.phone) == (SCHOOL["parent_1_name"], SCHOOL["parent_1_phone"])
    assert not call.may_leave_message
    assert (referral.next_due_kind, referral.next_due_at) == ("call_back", call.due_at)
    assert referral.waiting_on is WaitingOn.OPERATOR
    assert [each.reference for each in shown.lines(world.adviser.actor)] == [referral.reference]
    assert queries.area_of(world.adviser.actor, call) == referral.area


def test_a_family_that_did_not_agree_is_not_rung(world):
    call = owed(world, advised(world, may_call=False))
    assert (call.name, call.phone) == (SCHOOL["contact_name"], SCHOOL["contact_phone"])
    assert "has not agreed" in call.basis


def test_advice_written_down_is_said_on_the_timeline_and_what_it_was_is_not(world):
    referral = advised(world)
    call = owed(world, referral)
    service.record_try(world.adviser.actor, call, TryResult.NO_ANSWER)
    assert referral.next_due_at == call.due_at
    service.record_try(world.adviser.actor, call, TryResult.SPOKE)
    assert referral.next_due_kind is None
    assert queries.is_advice_owed(world.adviser.actor, referral)
    made = enquiries.log_call(world.adviser.actor, CALL, call)
    assert call.logged_id == made.id
    assert not queries.is_advice_owed(world.adviser.actor, referral)
    assert referral.waiting_on is WaitingOn.NOBODY
    entries = db.session().scalars(select(TimelineEntry).where(TimelineEntry.referral_id == referral.id)).all()
    assert "The Support and Advice Line has given advice" in [each.title for each in entries]
    assert not any("Quillmarch" in f"{each.title} {each.body}" for each in entries)


def test_a_referral_that_moves_on_takes_its_call_along(world):
    referral = advised(world)
    lifecycle.move(world.manager.actor, referral, Event.MOVE_ON, "Moving on")
    assert shown.lines(world.adviser.actor) == []
    still = select(Deadline).where(Deadline.kind == "call_back", Deadline.ended_at.is_(None))
    assert db.session().scalars(still).all() == []
    with pytest.raises(SomeoneWasFirstError):
        service.record_try(world.adviser.actor, owed(world, referral), TryResult.SPOKE)


def test_decided_again_after_it_was_opened_again_it_is_one_call(world):
    referral = advised(world)
    first = owed(world, referral)
    referral.closing_outcome = "ended_by_family"
    lifecycle.move(world.manager.actor, referral, Event.CLOSE, "Closed")
    lifecycle.move(world.manager.actor, referral, Event.REOPEN, "Opened again", "They called.")
    triage.propose(world.officer.actor, referral, triage.Proposal(Outcome.PATHWAY_1, None, "Why", "So", "Next"))
    triage.authorise(world.manager.actor, referral)
    assert owed(world, referral).id != first.id
    db.session().refresh(first)
    assert first.ending is CallBackEnding.NOT_WANTED
    assert [each.reference for each in shown.lines(world.adviser.actor)] == [referral.reference]


def open_prompts(kind: str) -> set[int]:
    found = select(Prompt).where(Prompt.kind == kind, Prompt.closed_at.is_(None))
    return {each.user_id for each in db.session().scalars(found).all()}


def test_a_call_that_is_given_up_leaves_the_referral_to_be_decided_afresh(world):
    referral = advised(world)
    call = owed(world, referral)
    with pytest.raises(service.CallRefusedError, match="Enter what happened"):
        service.end(world.adviser.actor, call, CallBackEnding.NOT_WANTED)
    service.end(world.adviser.actor, call, CallBackEnding.NOT_WANTED, "His aunt Quillmarch does not want it.")
    whom = {world.officer, world.manager, world.other_manager}
    assert open_prompts("advice_not_given") == {each.user_id for each in whom}
    told = db.session().scalars(select(OutboxMail).where(OutboxMail.template == "enquiries/advice_not_given")).all()
    assert {mail.to_address for mail in told} == {each.email for each in whom}
    assert "Quillmarch" not in str([mail.context for mail in told])
    [entry] = [each for each in db.session().scalars(select(TimelineEntry)).all() if each.kind == "call_back"]
    assert (entry.audience, entry.title) == (Audience.OPERATOR, "No advice given: the call is no longer wanted")
    assert "Quillmarch" in entry.body
    lifecycle.move(world.manager.actor, referral, Event.MOVE_ON, "Moving on")
    assert open_prompts("advice_not_given") == set()


def test_giving_up_such_a_call_asks_what_happened_and_keeps_what_is_typed(client_of, database, moment):
    with database.transaction():
        world = make_world()
        path = f"/enquiries/call-backs/{advised(world).reference}"
    client = client_of(world.adviser)
    assert "What happened?" in client.get(path).text
    empty = client.post(f"{path}/end", data={"ending": "not_wanted", "why": " "})
    assert (empty.status_code, "Enter what happened" in empty.text) == (422, True)
    typed = client.post(f"{path}/end", data={"ending": "not_reached", "why": "The number is dead."})
    assert (typed.status_code, "The number is dead." in typed.text) == (422, True)
    answer = client.post(f"{path}/end", data={"ending": "not_wanted", "why": "She has found help."})
    assert answer.status_code == 303


def test_no_partner_reaches_the_call(world, tx):
    referral = advised(world)
    reference = referral.reference
    tenancy.enter(tx, world.referrer.organisation_id)
    assert queries.get_call_back(world.referrer.actor, reference) is None
    [seen] = tx.scalars(select(Deadline).where(Deadline.kind == "call_back")).all()
    assert seen.ended_at is None  # that KSAF calls is theirs to see


def test_the_page_leads_ksaf_to_the_call_and_the_school_to_nothing(client_of, database, moment):
    with database.transaction():
        world = make_world()
        reference = advised(world).reference
    page = client_of(world.officer).get(f"/referrals/{reference}").text
    assert f"/enquiries/call-backs/{reference}" in page
    assert SCHOOL["parent_1_phone"] in client_of(world.adviser).get(f"/enquiries/call-backs/{reference}").text
    seen = client_of(world.referrer).get(f"/referrals/{reference}").text
    assert "calls the family" in seen
    assert "call-backs" not in seen
    assert "not written down yet" in client_of(world.manager).get(f"/referrals/{reference}/close").text
    client = client_of(world.adviser)
    client.post(f"/enquiries/call-backs/{reference}/try", data={"result": "spoke"})
    form = client.get(f"/enquiries/new?call={reference}").text
    assert SCHOOL["parent_1_name"] in form


def test_a_call_about_nothing_known_is_refused(world):
    assert queries.get_call_back(world.adviser.actor, "KSAF-0000-0000") is None
