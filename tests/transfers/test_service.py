"""An onward referral on both engines: offered, answered, chased, withdrawn, and never lost between services."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from portal import db
from portal.access.models import ReferralParty
from portal.changes.school import service as school_move
from portal.changes.school.service import Told
from portal.consent.models import Position
from portal.notifications.models import OutboxMail
from portal.referrals import lifecycle
from portal.referrals.effects import subject_of
from portal.referrals.models import Referral, TimelineEntry
from portal.referrals.queries import get_referral
from portal.referrals.rules import Event
from portal.tenancy import as_system, enter
from portal.timescales.models import Deadline, Prompt
from portal.transfers import queries, service
from portal.transfers.answers import AgreementEndedError
from portal.transfers.rules import TransferState
from portal.transfers.service import OfferRefusedError
from portal.web.dates import today
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.transfers.conftest import NOTE, moving_on, offered, offered_outside, says


def open_deadlines(referral: Referral) -> list[tuple[str, str]]:
    with as_system(db.session()):
        found = db.session().scalars(
            select(Deadline).where(Deadline.reference == referral.reference, Deadline.ended_at.is_(None))
        )
        # That a manager reviews the record is owed whatever becomes of the offers.
        return sorted((each.kind, each.subject_type) for each in found if each.kind != "record_review")


def prompts(referral: Referral) -> list[str]:
    with as_system(db.session()):
        open_ = select(Prompt).where(Prompt.reference == referral.reference, Prompt.closed_at.is_(None))
        return [each.kind for each in db.session().scalars(open_)]


def templates(referral: Referral) -> list[str]:
    with as_system(db.session()):
        mails = db.session().scalars(select(OutboxMail).where(OutboxMail.reference == referral.reference)).all()
        assert not any(word in str(each.context) for each in mails for word in ("Amira", NOTE))
        return [each.template for each in mails]


def test_an_offer_meets_the_first_deadline_and_starts_the_wait_for_an_answer(world):
    referral = moving_on(world)
    assert open_deadlines(referral) == [("onward_offer", "referral")]
    made = offered(world, referral)
    assert open_deadlines(referral) == [("onward_acceptance", "transfer")]
    assert referral.next_due_kind == "onward_acceptance"
    assert (referral.open_transfers, made.state) == (1, TransferState.OFFERED)
    assert "transfers/offered" in templates(referral)
    assert [each["title"] for each in made.content["sections"]] == ["Reason for referral"]
    assert made.content["note"] == NOTE


@pytest.mark.parametrize("position", [Position.REFUSED, Position.WITHDRAWN, Position.NOT_ASKED])
def test_nothing_is_offered_without_the_familys_agreement(world, position):
    referral = moving_on(world, position)
    with pytest.raises(OfferRefusedError, match="does not agree"):
        offered(world, referral)
    assert queries.offers_of(world.officer.actor, referral) == []


def test_a_school_that_is_kept_from_the_sender_is_not_offered_to(world):
    referral = moving_on(world)
    for school in (people.organisation_at(world.receiver.organisation_id), "harbour counselling"):
        school_move.record(world.officer.actor, referral, Told(today(), school, "Her mother"))
    with pytest.raises(OfferRefusedError, match="may not learn where"):
        offered(world, referral)
    with pytest.raises(OfferRefusedError, match="may not learn where"):
        offered_outside(world, referral)
    assert queries.offers_of(world.officer.actor, referral) == []
    assert offered(world, referral, world.third).state is TransferState.OFFERED


def test_the_family_is_asked_again_before_it_is_offered_to_the_school_that_the_sender_named(world, moment):
    referral = moving_on(world)
    moment.now += timedelta(minutes=1)
    to = people.organisation_at(world.receiver.organisation_id)
    referral = referrals.load_for(world.referrer, referral.id)
    school_move.record(world.referrer.actor, referral, Told(today(), to, "Her mother"))
    referral = referrals.load_for(world.officer, referral.id)
    with pytest.raises(OfferRefusedError, match="Ask them again"):
        offered(world, referral)
    says(referral, world.officer, Position.GIVEN)
    assert offered(world, referral).state is TransferState.OFFERED


def test_who_was_asked_or_sent_it_is_not_asked_again(world):
    referral = moving_on(world)
    names = lambda: [each.name for each in queries.receivers(world.officer.actor, referral)]  # noqa: E731 - one line
    assert names() == ["Another service", "Family Hub"]
    offered(world, referral)
    assert names() == ["Another service"]
    with pytest.raises(PermissionError):
        queries.receivers(world.referrer.actor, referral)


def test_accepting_opens_the_referral_to_the_receiver_alone(world):
    referral = moving_on(world)
    key, reference = offered(world, referral).key, referral.reference
    receiver, third = world.receiver, world.third
    enter(db.session(), receiver.organisation_id)
    assert get_referral(receiver.actor, reference) is None
    assert service.accept(receiver.actor, queries.get_received(receiver.actor, key)) == reference
    opened = get_referral(receiver.actor, reference)
    assert (opened.open_transfers, opened.accepted_transfers) == (0, 1)
    party = db.session().scalars(select(ReferralParty)).one()
    assert party.basis.startswith("Family Hub accepted the family on ")
    assert open_deadlines(opened) == []
    enter(db.session(), third.organisation_id)
    assert (get_referral(third.actor, reference), queries.get_received(third.actor, key)) == (None, None)
    referral = referrals.load_for(world.manager, referral.id)
    assert templates(referral).count("transfers/accepted") == 2
    lifecycle.move(world.manager.actor, referral, Event.CLOSE, "Closed")


def test_declining_asks_ksaf_for_another_service(world):
    referral = moving_on(world)
    key = offered(world, referral).key
    enter(db.session(), world.receiver.organisation_id)
    service.decline(world.receiver.actor, queries.get_received(world.receiver.actor, key), "Full until spring.")
    assert get_referral(world.receiver.actor, referral.reference) is None
    with pytest.raises(SomeoneWasFirstError, match="declined"):
        service.accept(world.receiver.actor, queries.get_received(world.receiver.actor, key))
    referral = referrals.load_for(world.officer, referral.id)
    assert (referral.open_transfers, open_deadlines(referral)) == (0, [("onward_offer", "referral")])
    assert referral.next_due_kind == "onward_offer"
    assert prompts(referral) == ["offer_declined"]
    offered(world, referral, world.third)
    assert prompts(referral) == []


def test_while_another_offer_waits_declining_starts_no_new_search(world):
    referral = moving_on(world)
    key = offered(world, referral).key
    offered(world, referral, world.third)
    enter(db.session(), world.receiver.organisation_id)
    service.decline(world.receiver.actor, queries.get_received(world.receiver.actor, key), "Full.")
    assert open_deadlines(referral) == [("onward_acceptance", "transfer")]


def test_ksaf_withdraws_an_offer_once(world):
    referral = moving_on(world)
    made = offered(world, referral)
    service.withdraw(world.officer.actor, referral, made, "The family moved.")
    assert (referral.open_transfers, open_deadlines(referral)) == (0, [("onward_offer", "referral")])
    assert "transfers/withdrawn" in templates(referral)
    with pytest.raises(SomeoneWasFirstError, match="withdrawn"):
        service.withdraw(world.officer.actor, referral, made, "Again.")


def test_accepting_is_refused_once_the_family_has_withdrawn(world):
    referral = moving_on(world)
    key = offered(world, referral).key
    says(referral, world.officer, Position.WITHDRAWN)
    enter(db.session(), world.receiver.organisation_id)
    with pytest.raises(AgreementEndedError, match="agreement has changed"):
        service.accept(world.receiver.actor, queries.get_received(world.receiver.actor, key))
    assert get_referral(world.receiver.actor, referral.reference) is None


def test_asking_again_starts_the_next_five_working_days(world):
    referral = moving_on(world)
    made = offered(world, referral)
    service.chase(world.officer.actor, referral, made, "Spoke to the duty worker.")
    found = db.session().scalars(select(Deadline).where(Deadline.kind == "onward_acceptance")).all()
    assert sorted(each.ended_at is None for each in found) == [False, True]
    said = db.session().scalars(select(TimelineEntry).where(TimelineEntry.title.contains("asked again"))).one()
    assert said.audience == "operator"


def test_the_database_refuses_to_close_before_an_acceptance(world):
    referral = moving_on(world)
    offered(world, referral)
    with pytest.raises(IntegrityError, match="closes_accepted"), db.session().begin_nested():
        lifecycle.move(world.manager.actor, referral, Event.CLOSE, "Closed")


def test_a_managers_word_lets_it_close_and_stays_said(world):
    referral = moving_on(world)
    offered(world, referral)
    service.override(world.manager.actor, referral, "The family has moved abroad.")
    with pytest.raises(SomeoneWasFirstError, match="already"):
        service.override(world.manager.actor, referral, "Again.")
    lifecycle.move(world.manager.actor, referral, Event.CLOSE, "Closed")
    assert (open_deadlines(referral), subject_of(referral).id) == ([], referral.id)
    titles = [each.title for each in db.session().scalars(select(TimelineEntry))]
    assert "A manager lets this close without a confirmed acceptance" in titles


@pytest.mark.parametrize("ended", ["accepted", "overridden"])
def test_opened_again_it_closes_only_on_an_acceptance_of_its_own(world, ended):
    referral, manager = moving_on(world), world.manager
    key, title = offered(world, referral).key, "A manager lets this close without a confirmed acceptance"
    if ended == "overridden":
        service.override(manager.actor, referral, "The family has moved abroad.")
    else:
        enter(db.session(), world.receiver.organisation_id)
        service.accept(world.receiver.actor, queries.get_received(world.receiver.actor, key))
        referral = referrals.load_for(manager, referral.id)
    for event in (Event.CLOSE, Event.REOPEN, Event.DECIDE):
        lifecycle.move(manager.actor, referral, event, event.value)
    referral.pathway = "pathway_3"
    lifecycle.move(manager.actor, referral, Event.AUTHORISE_ONWARD, "Decided again")
    with pytest.raises(IntegrityError, match="closes_accepted"), db.session().begin_nested():
        lifecycle.move(manager.actor, referral, Event.CLOSE, "Closed again")
    titles = [each.title for each in db.session().scalars(select(TimelineEntry))]
    assert (title in titles) is (ended == "overridden")  # what was said stays said
