"""Closing an organisation, on both engines: its people, shares, offers and referrals, and nothing silently lost."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date

import pytest
from sqlmodel import select

from portal import db
from portal.access.models import ReferralParty, Scope
from portal.access.roles import OrganisationKind, Role
from portal.accounts import service as accounts
from portal.accounts.models import Invitation, Membership
from portal.accounts.service import PeopleRuleError
from portal.audit.models import AuditEvent
from portal.changes.closing import queries, service
from portal.changes.closing.queries import Has
from portal.changes.school import service as moves
from portal.notifications.models import OutboxMail
from portal.organisations import changing
from portal.organisations.models import Organisation, OrganisationChange
from portal.organisations.queries import former_names, organisations, partners
from portal.organisations.service import NameTakenError
from portal.referrals import submission
from portal.referrals.models import Referral, TimelineEntry
from portal.referrals.queries import get_referral
from portal.referrals.rules import State
from portal.referrals.sharing.models import SchoolMove
from portal.tenancy import enter
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.timescales.news import News
from portal.transfers.models import Transfer
from portal.transfers.rules import TransferState
from portal.triage import service as triage
from portal.web.dates import today
from portal.web.errors import SomeoneWasFirstError
from tests.changes.conftest import load, make_cast, move, read, rows
from tests.factories import people, referrals

WHEN = date(2026, 11, 20)


@pytest.fixture
def administrator(cast) -> people.Person:
    made = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    enter(db.session(), made.organisation_id)
    return made


def close(administrator, person):
    enter(db.session(), administrator.organisation_id)
    organisation = people.organisation_at(person.organisation_id)
    return service.close(administrator.actor, organisation, "The school merged into another.", WHEN)


def open_prompts(kind: News) -> set[tuple[int, str]]:
    found = rows(Prompt, Prompt.kind == kind.value, Prompt.closed_at.is_(None))
    return {(each.user_id, each.reference) for each in found}


def test_what_it_still_has_is_listed_by_reference(cast, administrator):
    draft = referrals.draft(cast.helen).reference
    triage.ask(cast.officer.actor, load(cast, cast.officer), "Which days?")
    referrals.share(load(cast, cast.officer), cast.new.organisation_id, Scope.UPDATES)
    enter(db.session(), administrator.organisation_id)
    accounts.invite(administrator.actor, "new@school.example", Role.REFERRER, cast.helen.organisation_id)
    old = queries.holding(people.organisation_at(cast.helen.organisation_id))
    assert (old.of(Has.REFERRAL), old.of(Has.DRAFT), old.of(Has.SHARED)) == ([cast.reference], [draft], [])
    assert (old.of(Has.DEADLINE), len(old.of(Has.INVITATION))) == ([cast.reference], 1)
    assert queries.holding(people.organisation_at(cast.new.organisation_id)).of(Has.SHARED) == [cast.reference]


def test_its_open_referrals_stay_with_ksaf_and_a_manager_is_told(cast, administrator):
    triage.ask(cast.officer.actor, load(cast, cast.officer), "Which days?")
    left = close(administrator, cast.helen)
    assert (left.referrals, left.people) == (1, 2)
    after = read(cast)
    assert (after.state, after.contact_id, after.organisation_id) == (
        State.ACKNOWLEDGED,
        None,
        cast.helen.organisation_id,
    )
    told = {(cast.manager.user_id, cast.reference), (cast.officer.user_id, cast.reference)}
    assert open_prompts(News.SENDER_CLOSED) == told
    [mail] = rows(OutboxMail, OutboxMail.template == "changes/sender_closed")
    assert (mail.to_address, mail.context["references"]) == (cast.manager.email, [cast.reference])
    open_ones = rows(Deadline, Deadline.ended_at.is_(None))
    assert {each.kind for each in open_ones} >= {"decide", "outcome"}
    assert {each.owed_by_id for each in open_ones} | {each.owed_to_id for each in open_ones} == {
        administrator.organisation_id
    }
    assert [each.state for each in rows(Deadline, Deadline.kind == "information")] == [DeadlineState.CANCELLED]
    assert load(cast, cast.officer).reference == cast.reference


def test_its_people_are_out_and_read_no_more(cast, administrator):
    accounts.invite(administrator.actor, "new@school.example", Role.REFERRER, cast.helen.organisation_id)
    close(administrator, cast.helen)
    assert all(each.ended_at for each in rows(Membership, Membership.organisation_id == cast.helen.organisation_id))
    assert [each.cancelled_at is not None for each in rows(Invitation)] == [True]
    assert rows(Prompt, Prompt.organisation_id == cast.helen.organisation_id, Prompt.closed_at.is_(None)) == []
    enter(db.session(), cast.helen.organisation_id)
    assert get_referral(cast.helen.actor, cast.reference) is None
    assert rows(OutboxMail, OutboxMail.template == "referrals/sharing_ended") == []


def test_what_was_shared_with_it_or_offered_to_it_ends_and_ksaf_hears_of_it(cast, administrator):
    helper = people.add_person(people.add_organisation(OrganisationKind.COMMUNITY, "Family Hub"), Role.REFERRER)
    referrals.share(load(cast, cast.officer), helper.organisation_id, Scope.UPDATES)
    referral = load(cast, cast.officer)
    referral.state, referral.open_transfers = State.HANDING_OVER, 1
    db.session().add(
        Transfer(
            key="offered",
            organisation_id=referral.organisation_id,
            referral_id=referral.id,
            to_organisation_id=helper.organisation_id,
            to_name="Family Hub",
            to_kind=OrganisationKind.COMMUNITY,
            basis="consent",
            basis_why="Nearest",
            content={},
            offered_at=referral.created_at,
            offered_by_id=cast.officer.user_id,
            offered_by_name=cast.officer.name,
        )
    )
    db.session().flush()
    close(administrator, helper)
    [party] = rows(ReferralParty, ReferralParty.organisation_id == helper.organisation_id)
    assert party.valid_to is not None
    assert rows(Transfer)[0].state is TransferState.WITHDRAWN
    assert read(cast).open_transfers == 0
    assert [each.kind for each in rows(Deadline, Deadline.kind == "onward_offer")] == ["onward_offer"]
    assert open_prompts(News.PARTNER_CLOSED) == {(cast.officer.user_id, cast.reference)}
    assert read(cast).sender_until is None


def test_what_is_sent_while_it_closes_is_not_sent_for_a_closed_one(database, moment):
    with database.transaction():
        cast = make_cast()
        administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
        draft = referrals.draft(cast.helen)

    def send():
        with database.transaction(tenant=cast.helen.organisation_id):
            submission.submit(cast.helen.actor, get_referral(cast.helen.actor, draft.reference))

    with ThreadPoolExecutor(1) as beside:
        with database.transaction(tenant=administrator.organisation_id):
            close(administrator, cast.helen)
            sending = beside.submit(send)
            assert wait([sending], timeout=0.5).not_done
        with pytest.raises(SomeoneWasFirstError, match="has closed"):
            sending.result()
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(Referral.state).where(Referral.reference == draft.reference)).one() is State.DRAFT


def test_nothing_is_deleted_and_what_had_ended_is_left_alone(cast, administrator):
    draft = referrals.draft(cast.helen).reference
    enter(db.session(), administrator.organisation_id)
    entries = len(rows(TimelineEntry))
    close(administrator, cast.helen)
    assert len(rows(TimelineEntry)) > entries
    assert [each.state for each in rows(Referral, Referral.reference == draft)] == [State.DRAFT]
    [change] = rows(OrganisationChange)
    assert (change.since, change.reason) == (WHEN, "The school merged into another.")
    [event] = rows(AuditEvent, AuditEvent.action == "organisations:organisation:closed")
    assert event.subject_owner_id == cast.helen.organisation_id


def test_a_day_on_which_access_was_to_end_is_overtaken_by_the_closing(cast, administrator):
    made = move(cast, cast.officer)
    moves.keep_access(cast.officer.actor, load(cast, cast.officer), made, today())
    close(administrator, cast.helen)
    assert rows(SchoolMove)[0].access_let_go_at is not None
    assert read(cast).sender_until == rows(SchoolMove)[0].access_until


def test_a_closed_one_is_nobodys_partner_and_cannot_be_invited_to(cast, administrator):
    close(administrator, cast.new)
    assert "Harbour Steps" not in [each.name for each in partners(administrator.actor)]
    with pytest.raises(PeopleRuleError, match="is closed"):
        accounts.invite(administrator.actor, "new@school.example", Role.REFERRER, cast.new.organisation_id)
    with pytest.raises(SomeoneWasFirstError, match="closed already"):
        close(administrator, cast.new)


def test_opened_again_its_people_are_invited_anew_and_open_referrals_stay_with_ksaf(cast, administrator):
    close(administrator, cast.helen)
    old = people.organisation_at(cast.helen.organisation_id)
    service.open_again(administrator.actor, old, "It was a mistake.", WHEN)
    assert rows(Organisation, Organisation.id == old.id)[0].active
    accounts.invite(administrator.actor, cast.helen.email, Role.REFERRER, old.id)
    enter(db.session(), cast.helen.organisation_id)
    assert get_referral(cast.helen.actor, cast.reference) is None
    enter(db.session(), administrator.organisation_id)
    with pytest.raises(SomeoneWasFirstError, match="open already"):
        service.open_again(administrator.actor, old, "Again", WHEN)


def test_a_name_is_kept_with_its_day_and_found_by_the_old_one(cast, administrator):
    old = people.organisation_at(cast.helen.organisation_id)
    changing.rename(administrator.actor, old, "Larkfield Academy", WHEN)
    assert former_names(administrator.actor) == {old.id: ["Larkfield Vale Academy"]}
    for called in ("vale", "larkfield academy"):
        assert [each.name for each, _ in organisations(administrator.actor, called)] == ["Larkfield Academy"]
    assert [each for each, _ in organisations(administrator.actor, "%")] == []
    with pytest.raises(NameTakenError):
        changing.rename(administrator.actor, old, "Harbour Steps", WHEN)
    entry = rows(TimelineEntry, TimelineEntry.referral_id == read(cast).id)[0]
    assert entry.actor_organisation == "Larkfield Vale Academy"


def test_a_trust_is_a_note_with_its_day(cast, administrator):
    old = people.organisation_at(cast.helen.organisation_id)
    assert changing.trust_of(old) == ""
    changing.move_to_trust(administrator.actor, old, "Estuary Learning Trust", WHEN)
    changing.move_to_trust(administrator.actor, old, "Downs Trust", today())
    assert changing.trust_of(old) == "Downs Trust"
    last = rows(OrganisationChange)[-1]
    assert (last.before, last.after, last.since) == ("Estuary Learning Trust", "Downs Trust", today())
