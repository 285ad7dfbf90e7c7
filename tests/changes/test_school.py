"""A change of school through the service, on both engines: who sees what after it, and nothing left with nobody."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal import clock, db
from portal.access.models import Ground, ReferralParty, Scope
from portal.audit.models import AuditEvent
from portal.changes import jobs
from portal.changes.school import queries, service
from portal.changes.school.queries import Basis
from portal.consent.models import Position
from portal.family import links
from portal.family.models import ForWhom, Way
from portal.family.rules import LinkState
from portal.notifications.models import OutboxMail
from portal.referrals import conversation, lifecycle, sender, standing, telling
from portal.referrals.models import Audience, InformationRequest, TimelineEntry
from portal.referrals.queries import get_referral
from portal.referrals.rules import Event, State
from portal.referrals.sharing import deciding, moved, seats
from portal.referrals.sharing import queries as decisions
from portal.referrals.sharing import service as sharing
from portal.referrals.sharing.models import NewSchool, SchoolMove
from portal.referrals.sharing.service import SharingRefusedError, Terms
from portal.tenancy import enter
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.timescales.news import News
from portal.triage import service as triage
from portal.web.dates import today
from portal.web.errors import SomeoneWasFirstError
from tests.changes.conftest import agrees, load, make_cast, move, read, rows
from tests.factories import people
from tests.factories.sharing import refused

TERMS = Terms(Scope.UPDATES, "The child goes to this school now.", "3")


def open_prompts(kind: News) -> list[int]:
    return [each.user_id for each in rows(Prompt, Prompt.kind == kind.value, Prompt.closed_at.is_(None))]


def mails(template: str) -> list[str]:
    return [each.to_address for each in rows(OutboxMail, OutboxMail.template == template)]


def finds(cast, person) -> bool:
    enter(db.session(), person.organisation_id)
    return get_referral(person.actor, cast.reference) is not None


def test_ksaf_is_asked_two_questions_and_nothing_is_shown_by_the_move_itself(cast):
    made = move(cast, cast.helen, "harbour steps")
    assert made.to_organisation_id == cast.new.organisation_id
    assert open_prompts(News.SCHOOL_CHANGED) == [cast.officer.user_id]
    assert mails("changes/school") == [cast.officer.email]
    assert finds(cast, cast.helen)
    assert not finds(cast, cast.new)
    [event] = rows(AuditEvent, AuditEvent.action == "changes:school:recorded")
    assert event.organisation_id == cast.helen.organisation_id


@pytest.mark.parametrize("by", ["helen", "officer"])
def test_what_ksaf_records_the_old_school_does_not_read(cast, by):
    move(cast, getattr(cast, by))
    entry = rows(TimelineEntry, TimelineEntry.kind == "school")[0]
    assert entry.audience is (Audience.OPERATOR if by == "officer" else Audience.EVERYONE)
    enter(db.session(), cast.helen.organisation_id)
    assert db.session().scalars(select(SchoolMove)).all() == []


def test_a_school_that_is_not_on_the_portal_is_a_name(cast):
    made = move(cast, cast.officer, "Somewhere Else Primary")
    assert (made.to_organisation_id, made.to_name) == (None, "Somewhere Else Primary")
    assert queries.known(cast.officer.actor, load(cast, cast.officer)).basis is Basis.NOT_A_PARTNER


def test_without_an_agreement_after_the_move_nothing_is_shared(cast):
    agrees(cast, days=-1)
    move(cast, cast.officer)
    referral, new = load(cast, cast.officer), people.organisation_at(cast.new.organisation_id)
    assert queries.known(cast.officer.actor, referral).basis is Basis.ASK_AGAIN
    with pytest.raises(SharingRefusedError, match="Ask them again"):
        sharing.share(cast.officer.actor, referral, new, TERMS)
    agrees(cast)
    assert queries.known(cast.officer.actor, referral).basis is Basis.AGREED
    sharing.share(cast.officer.actor, referral, new, TERMS)
    assert finds(cast, cast.new)
    [now] = rows(SchoolMove)
    assert (now.new_school, now.new_school_by_name) == (NewSchool.SHARED, cast.officer.name)
    assert open_prompts(News.SCHOOL_CHANGED) == [cast.officer.user_id]


@pytest.mark.parametrize(
    ("said", "purpose", "expected"),
    [
        (Position.REFUSED, "named_others", Basis.NOT_AGREED),
        (Position.WITHDRAWN, "named_others:{key}", Basis.NOT_WITH_IT),
    ],
)
def test_a_no_of_the_family_counts(cast, said, purpose, expected):
    move(cast, cast.officer)
    agrees(cast)
    agrees(cast, said, purpose.format(key=cast.new_key))
    referral, new = load(cast, cast.officer), people.organisation_at(cast.new.organisation_id)
    assert queries.known(cast.officer.actor, referral).basis is expected
    with pytest.raises(SharingRefusedError):
        sharing.share(cast.officer.actor, referral, new, TERMS)


@pytest.mark.parametrize("by", ["helen", "officer"])
def test_the_old_school_learns_of_the_new_one_only_where_it_said_so(cast, by):
    move(cast, getattr(cast, by))
    agrees(cast)
    sharing.share(cast.officer.actor, load(cast, cast.officer), people.organisation_at(cast.new.organisation_id), TERMS)
    referral = load(cast, cast.helen)
    names = [seat.organisation for seat in seats.seats(cast.admin.actor, referral)]
    is_known = by == "helen"
    assert ("Harbour Steps" in names) is is_known
    [party] = rows(ReferralParty, ReferralParty.organisation_id == cast.new.organisation_id)
    assert party.is_kept_from_sender is not is_known
    shared = rows(TimelineEntry, TimelineEntry.kind == "shared")[0]
    assert (shared.audience is Audience.EVERYONE) is is_known
    named = [seat.organisation for seat in seats.seats(cast.officer.actor, load(cast, cast.officer))]
    assert "Harbour Steps" in named
    sharing.stop(cast.officer.actor, load(cast, cast.officer), cast.new_key)
    ended = rows(TimelineEntry, TimelineEntry.kind == "shared")[-1]
    assert (ended.audience is Audience.EVERYONE) is is_known


def test_sharing_without_consent_keeps_it_from_the_old_school_too(cast):
    move(cast, cast.officer)
    referral = load(cast, cast.officer)
    deciding.propose(cast.officer.actor, referral, refused(people.organisation_at(cast.new.organisation_id)))
    [found] = decisions.of_referral(cast.manager.actor, referral)
    deciding.authorise(cast.manager.actor, found)
    [party] = rows(ReferralParty, ReferralParty.organisation_id == cast.new.organisation_id)
    assert (party.ground, party.is_kept_from_sender) == (Ground.PROTECTION, True)
    assert rows(SchoolMove)[0].new_school is NewSchool.SHARED


def test_ended_at_once_it_is_gone_at_the_next_request_and_nothing_is_owed_to_nobody(cast):
    triage.ask(cast.officer.actor, load(cast, cast.officer), "Which days?")
    made = move(cast, cast.officer)
    referral = load(cast, cast.officer)
    assert {each.described.who for each in queries.owed(cast.officer.actor, referral)} >= {"KSAF"}
    service.end_access(cast.officer.actor, referral, made)
    assert not finds(cast, cast.helen)
    after = read(cast)
    assert (after.state, after.contact_id) == (State.ACKNOWLEDGED, None)
    assert rows(InformationRequest)[0].cancelled_at == clock.now()
    owed = {each.kind: each for each in rows(Deadline, Deadline.reference == cast.reference)}
    assert owed["information"].state is DeadlineState.CANCELLED
    assert [owed[kind].state for kind in ("decide", "outcome")] == [DeadlineState.RUNNING] * 2
    still = [each for each in owed.values() if each.ended_at is None]
    assert {each.owed_to_id for each in still} == {cast.officer.organisation_id}
    assert after.next_due_kind == "decide"
    helens = rows(Prompt, Prompt.user_id == cast.helen.user_id, Prompt.closed_at.is_(None))
    assert [each.kind for each in helens] == [News.SHARING_ENDED]
    assert mails("referrals/sharing_ended") == [cast.helen.email]
    assert rows(AuditEvent, AuditEvent.action == "changes:sender_access:ended")


def test_kept_until_a_day_it_ends_with_that_day_and_the_pass_lets_go_of_the_rest(cast, moment):
    triage.ask(cast.officer.actor, load(cast, cast.officer), "Which days?")
    made, last_day = move(cast, cast.officer), today() + timedelta(days=60)
    service.keep_access(cast.officer.actor, load(cast, cast.officer), made, last_day)
    assert finds(cast, cast.helen)
    [mail] = rows(OutboxMail, OutboxMail.template == "changes/access_ends")
    assert (mail.to_address, mail.context["until"]) == (cast.helen.email, "Friday 22 January 2027")
    assert sender.last_day(read(cast)) == last_day
    telling.referrer(read(cast), "triage/acknowledged")
    before = len(mails("triage/acknowledged"))
    moment.now = read(cast).sender_until
    assert not finds(cast, cast.helen)
    telling.referrer(read(cast), "triage/acknowledged")
    assert len(mails("triage/acknowledged")) == before


def test_a_question_that_nobody_can_answer_is_not_asked(cast):
    service.end_access(cast.officer.actor, load(cast, cast.officer), move(cast, cast.officer))
    referral = load(cast, cast.officer)
    assert not lifecycle.can(cast.officer.actor, referral, Event.ASK)
    with pytest.raises(SomeoneWasFirstError):
        triage.ask(cast.officer.actor, referral, "Which days?")
    with pytest.raises(SomeoneWasFirstError):
        conversation.send_message(cast.officer.actor, referral, "Hello?")


def test_the_family_answers_on_after_the_old_school_has_gone_but_not_through_its_links(cast):
    theirs = links.make(cast.helen.actor, load(cast, cast.helen), links.Wanted(ForWhom.PARENT, Way.PAPER))
    path = links.path_of(theirs)
    service.end_access(cast.officer.actor, load(cast, cast.officer), move(cast, cast.officer))
    assert links.find(path.rpartition("/")[2]).state is LinkState.OVER
    enter(db.session(), cast.officer.organisation_id)
    ours = links.make(cast.officer.actor, load(cast, cast.officer), links.Wanted(ForWhom.PARENT, Way.PAPER))
    found = links.find(links.path_of(ours).rpartition("/")[2])
    assert found.state is LinkState.OPEN
    assert found.guest.organisation_id == cast.officer.organisation_id


def test_both_answers_close_the_prompt_whichever_comes_first(cast):
    made = move(cast, cast.officer)
    service.do_not_share(cast.officer.actor, load(cast, cast.officer), made, "The family does not want it.")
    assert open_prompts(News.SCHOOL_CHANGED) == [cast.officer.user_id]
    service.keep_access(cast.officer.actor, load(cast, cast.officer), made, today() + timedelta(days=60))
    assert open_prompts(News.SCHOOL_CHANGED) == []
    with pytest.raises(SomeoneWasFirstError, match="settled this already"):
        service.do_not_share(cast.officer.actor, load(cast, cast.officer), made, "Again")


def test_access_that_has_ended_is_not_given_back_by_a_second_click(cast):
    made = move(cast, cast.officer)
    service.end_access(cast.officer.actor, load(cast, cast.officer), made)
    with pytest.raises(SomeoneWasFirstError):
        service.keep_access(cast.officer.actor, load(cast, cast.officer), made, today())
    again = move(cast, cast.officer, "A third school")
    assert again.access_until == read(cast).sender_until
    assert moved.newest(load(cast, cast.officer)).id == again.id


def test_the_pass_lets_go_once(database, moment):
    with database.transaction():
        cast = make_cast()
        triage.ask(cast.officer.actor, load(cast, cast.officer), "Which days?")
        service.keep_access(cast.officer.actor, load(cast, cast.officer), move(cast, cast.officer), today())
    assert jobs.let_go(database, clock.now()) == 0
    moment.now += timedelta(days=1)
    assert jobs.let_go(database, clock.now()) == 1
    assert jobs.let_go(database, clock.now()) == 0
    with database.system_transaction(write=False):
        assert read(cast).state is State.ACKNOWLEDGED
        assert [each.state for each in rows(Deadline, Deadline.kind == "information")] == [DeadlineState.CANCELLED]
        assert mails("referrals/sharing_ended") == [cast.helen.email]


def test_what_ksaf_owes_on_is_still_said_of_the_referrer(cast):
    service.end_access(cast.officer.actor, load(cast, cast.officer), move(cast, cast.officer))
    said = [each.label for each in standing.owed(cast.officer.actor, load(cast, cast.officer))]
    assert "KSAF tells the referrer the outcome in writing" in said
    ended = rows(TimelineEntry, TimelineEntry.referral_id == read(cast).id)[-1]
    assert (ended.title, ended.audience) == ("Larkfield Vale Academy no longer sees the referral", Audience.OPERATOR)
