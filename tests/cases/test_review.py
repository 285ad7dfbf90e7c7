"""The week 4 review: planned, moved, called off and held, and who hears of it."""

import datetime as dt

import pytest
from sqlmodel import col, select

from portal import db
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.roles import OrganisationKind, Role
from portal.cases import closing, consent_again, family_consent, guests, queries, review
from portal.cases.review import Held, Plans
from portal.consent.models import Position
from portal.notifications.models import OutboxMail
from portal.referrals.endings import Ending
from portal.referrals.models import TimelineEntry
from portal.tenancy import as_system, enter
from portal.timescales.models import Deadline, DeadlineState
from portal.web.dates import LONDON
from portal.web.errors import SomeoneWasFirstError
from tests.cases.conftest import in_support
from tests.cases.test_plan import answer
from tests.factories import people, support

THURSDAY = dt.datetime(2026, 12, 17, 15, 30, tzinfo=LONDON)
FRIDAY = THURSDAY + dt.timedelta(days=1)
EVERYBODY = [guests.REFERRER, guests.CASE_MANAGER, guests.PRACTITIONER]
PLACE = "14 Mill Lane, at home"
HELD = Held(dt.date(2026, 11, 23), "Rosa and the school", "Assembly is its own goal now", "Two more weeks of cards")


def plans(at: dt.datetime = THURSDAY, invited=None, place: str = PLACE) -> Plans:
    return Plans(at, 60, place, EVERYBODY if invited is None else invited)


@pytest.fixture
def opened(helped):
    """A family in support, as its practitioner opens it."""
    made, _ = in_support(helped)
    db.session().add_all(support.agreements(made, helped.officer))
    db.session().flush()
    return again(helped.practitioner, made.reference)


def again(person, reference) -> queries.Supported:
    enter(db.session(), person.organisation_id)
    found = queries.open_own_support(person.actor, reference)
    assert found is not None
    return found


def mails() -> list[tuple[str, str, int]]:
    """Every mail about the review: which, to whom, and the sequence of its calendar entry."""
    with as_system(db.session()):
        wanted = select(OutboxMail).where(col(OutboxMail.template).startswith("cases/review_"))
        rows = db.session().scalars(wanted.order_by(col(OutboxMail.id))).all()
    return [
        (row.template.removeprefix("cases/review_"), row.to_address, row.meeting["sequence"])
        for row in rows
        if row.meeting
    ]


def set_up(helped, opened, *versions: Plans) -> None:
    for number, each in enumerate(versions):
        review.plan(helped.practitioner.actor, opened, each, str(number - 1) if number else "")


def test_those_invited_are_mailed_a_meeting_and_nobody_else(helped, opened):
    set_up(helped, opened, plans(invited=[guests.REFERRER, guests.CASE_MANAGER, "organisation:999"]))
    assert mails() == [
        ("invitation", helped.referrer.email, 0),
        ("invitation", helped.case_manager.email, 0),
    ]
    row = review.of_case(helped.practitioner.actor, opened.case)
    assert row.invited == [guests.REFERRER, guests.CASE_MANAGER]
    with as_system(db.session()):
        kept = db.session().scalars(select(OutboxMail).where(OutboxMail.template == "cases/review_invitation")).all()
    assert all(PLACE not in str(each.meeting) + str(each.context) for each in kept)
    assert len({each.meeting["key"] for each in kept}) == 1


def test_moving_it_tells_each_what_changes_for_them(helped, opened):
    kept, gone = [guests.REFERRER], [guests.REFERRER, guests.CASE_MANAGER]
    set_up(helped, opened, plans(invited=gone), plans(FRIDAY, [*kept, guests.PRACTITIONER]))
    assert sorted(mails()[2:]) == [
        ("cancelled", helped.case_manager.email, 1),
        ("invitation", helped.practitioner.email, 1),
        ("moved", helped.referrer.email, 1),
    ]
    set_up(helped, opened)
    review.plan(helped.practitioner.actor, opened, plans(FRIDAY, EVERYBODY), "1")
    assert mails()[5:] == [("invitation", helped.case_manager.email, 2)]
    said = db.session().scalars(select(TimelineEntry.title).where(TimelineEntry.kind == "review")).all()
    assert said == ["The week 4 review is planned", "The week 4 review was moved"]


def test_a_plan_changed_meanwhile_is_not_overwritten(helped, opened):
    set_up(helped, opened, plans(), plans(FRIDAY))
    with pytest.raises(SomeoneWasFirstError):
        review.plan(helped.practitioner.actor, opened, plans(), "0")


def test_calling_it_off_cancels_the_entry_and_a_new_plan_invites_afresh(helped, opened):
    set_up(helped, opened, plans(invited=[guests.REFERRER]))
    review.cancel(helped.practitioner.actor, opened)
    review.plan(helped.practitioner.actor, opened, plans(FRIDAY, [guests.REFERRER]), "1")
    assert mails() == [
        ("invitation", helped.referrer.email, 0),
        ("cancelled", helped.referrer.email, 1),
        ("invitation", helped.referrer.email, 2),
    ]
    review.cancel(helped.practitioner.actor, opened)
    with pytest.raises(SomeoneWasFirstError):
        review.cancel(helped.practitioner.actor, opened)


def test_a_review_to_come_is_called_off_with_the_end_of_support(helped, opened):
    set_up(helped, opened, plans(invited=[guests.REFERRER]))
    closing.close(helped.manager.actor, opened.referral, Ending.ENDED_BY_FAMILY, "They asked", "They asked us to stop")
    assert mails()[-1] == ("cancelled", helped.referrer.email, 1)


def test_the_review_follows_a_change_of_mind(helped, opened):
    actor = helped.practitioner.actor
    set_up(helped, opened, plans(invited=[guests.REFERRER, guests.CASE_MANAGER]))
    consent_again.confirm(actor, opened, answer(updates=Position.REFUSED))
    assert mails()[2:] == [("cancelled", helped.referrer.email, 1)]
    assert review.of_case(actor, opened.case).invited == [guests.CASE_MANAGER]
    consent_again.confirm(actor, opened, answer(support=Position.REFUSED))
    assert mails()[3:] == [("cancelled", helped.case_manager.email, 2)]


def test_holding_it_meets_the_deadline_and_tells_the_referrer_once(helped, opened):
    set_up(helped, opened, plans())
    review.hold(helped.practitioner.actor, opened, HELD)
    with as_system(db.session()):
        owed = db.session().scalars(select(Deadline).where(Deadline.kind == "week_4_review")).one()
        told = (
            db.session().scalars(select(OutboxMail.to_address).where(OutboxMail.template == "cases/review_held")).all()
        )
    assert (owed.state, told) == (DeadlineState.MET, [helped.referrer.email])
    for again_ in (
        lambda: review.hold(helped.practitioner.actor, opened, HELD),
        lambda: review.plan(helped.practitioner.actor, opened, plans(FRIDAY), "0"),
    ):
        with pytest.raises(SomeoneWasFirstError, match="Jo Pemberton has recorded"):
            again_()


def test_the_place_is_for_ksaf_and_those_invited(helped, opened):
    reference = opened.referral.reference
    set_up(helped, opened, plans(invited=[guests.CASE_MANAGER]))
    assert review.open_review(helped.practitioner.actor, reference).place == PLACE
    enter(db.session(), helped.referrer.organisation_id)
    seen = review.open_review(helped.referrer.actor, reference)
    assert (seen.planned_for, seen.place) == (THURSDAY, "")
    found = again(helped.practitioner, reference)
    review.plan(helped.practitioner.actor, found, plans(), "0")
    enter(db.session(), helped.referrer.organisation_id)
    assert review.open_review(helped.referrer.actor, reference).place == PLACE


def test_a_family_that_does_not_want_the_referrer_told_has_them_neither_invited_nor_shown(helped, opened):
    actor, reference = helped.practitioner.actor, opened.referral.reference
    refused = support.agreements(opened.referral, helped.officer)[1]
    refused.position = "refused"
    db.session().add(refused)
    db.session().flush()
    held = family_consent.agreed(actor, opened.referral)
    assert guests.REFERRER not in guests.can_be_invited(actor, opened, held)
    set_up(helped, opened, plans())
    assert helped.referrer.email not in {address for _, address, _ in mails()}
    enter(db.session(), helped.referrer.organisation_id)
    seen = review.open_review(helped.referrer.actor, reference)
    assert (seen.is_shown, seen.planned_for) == (False, None)


def test_an_organisation_it_is_shared_with_can_be_invited_and_reads_where(helped, opened):
    council = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")
    looker = people.add_person(council, Role.REFERRER)
    with as_system(db.session()):
        db.session().add(
            ReferralParty(
                referral_id=opened.referral.id,
                owner_organisation_id=opened.referral.organisation_id,
                organisation_id=looker.organisation_id,
                role=PartyRole.SHARED,
                scope=Scope.UPDATES,
                ground=Ground.CONSENT,
                basis="Agreed",
                valid_from=opened.referral.created_at,
            )
        )
        db.session().flush()
    key = f"organisation:{looker.organisation_id}"
    set_up(helped, opened, plans(invited=[key]))
    assert mails() == [("invitation", looker.email, 0)]
    enter(db.session(), looker.organisation_id)
    assert review.open_review(looker.actor, opened.referral.reference).place == PLACE
