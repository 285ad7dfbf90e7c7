"""A week's update as a service: typed, posted once, told, read; a concern; who may see what."""

import secrets
from datetime import timedelta

import pytest
from sqlmodel import select

from portal import clock, db, tenancy
from portal.access.models import Scope
from portal.access.roles import Role
from portal.cases import caseload, family_consent, opened_week, update_drafts, update_form, updates, weeks
from portal.cases.models import CaseContact, CaseGoal, ContactKind, ContactResult, GoalScore
from portal.cases.opened_week import OpenedWeek
from portal.cases.update_drafts import OvertakenError
from portal.cases.update_form import UpdateForm
from portal.cases.updates import NotYetError
from portal.consent.models import ConsentEvent, Position
from portal.notifications.models import OutboxMail
from portal.referrals import conversation
from portal.referrals.models import Audience, Referral, TimelineEntry
from portal.referrals.queries import get_referral
from portal.safeguarding.models import Concern
from portal.timescales import prompts, queries
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.timescales.news import News
from portal.web.errors import SomeoneWasFirstError
from tests.cases.conftest import in_support
from tests.factories import people, referrals
from tests.factories.cast import World
from tests.factories.support import agreements

TYPED = {
    "engagement": "full",
    "contacts": "3",
    "attendance": "82.5",
    "progress": "Two visits. The family set a bedtime.",
    "barriers": "The bus is late on Mondays.",
    "next_steps": "Jo visits on Tuesday.",
    "concern": "no",
    "note": "Ask about the uncle.",
}


@pytest.fixture
def family(helped: World, moment) -> Referral:
    """A family in its first week of support, with a goal; the session is KSAF's."""
    referral, case = in_support(helped)
    db.session().add_all([goal_of(case, "I walk in by myself"), *agreements(referral, helped.practitioner)])
    db.session().flush()
    moment.advance(days=2)
    assert case.starts_on <= clock.now().date()
    return referral


def goal_of(case, words: str) -> CaseGoal:
    hangs = {"organisation_id": case.organisation_id, "referral_id": case.referral_id, "case_id": case.id}
    return CaseGoal(**hangs, key=secrets.token_urlsafe(12), words=words, baseline=3, added_at=clock.now())


def opened(person: people.Person, referral: Referral, number: int = 1) -> OpenedWeek:
    found = opened_week.open_week(person.actor, referral.reference, number)
    assert found is not None
    return found


def form_of(week: OpenedWeek, typed: dict[str, str]) -> UpdateForm:
    form = update_form.form_of(week.goals, week.row.number, typed)
    assert form.validate(), form.errors
    return form


def post(person: people.Person, referral: Referral, number: int = 1, **typed: str) -> OpenedWeek:
    """Post the update of a week as `person`, in the words of TYPED but for `typed`."""
    week = opened(person, referral, number)
    form = form_of(week, TYPED | {f"goal-{goal.key}": "5" for goal in week.goals} | typed)
    updates.post(person.actor, week, form.content(person.name, number), form.as_typed(), week.row.draft_version)
    return week


def all_of(model, *conditions) -> list:
    with tenancy.as_system(db.session()):
        return list(db.session().scalars(select(model).where(*conditions)))


def mails(template: str) -> list[str]:
    return [mail.to_address for mail in all_of(OutboxMail, OutboxMail.template == template)]


def test_posting_keeps_every_word_meets_the_deadline_and_tells_the_school(helped, family):
    row = post(helped.practitioner, family).row
    assert (row.engagement, row.contacts, row.attendance_percent) == ("full", 3, 82.5)
    assert (row.progress, row.internal_note, row.has_concern) == (TYPED["progress"], TYPED["note"], False)
    assert (row.posted_by_name, row.is_late, row.draft) == ("Jo Pemberton", False, None)
    assert [score.score for score in all_of(GoalScore)] == [5]
    deadline = all_of(Deadline, Deadline.subject_type == "case_week", Deadline.subject_id == row.id)[0]
    assert (deadline.state, deadline.met_at) == (DeadlineState.MET, clock.now())
    assert family.next_due_at > row.due_at
    assert mails("cases/update_posted") == [helped.referrer.email]
    [prompt] = all_of(Prompt, Prompt.kind == News.UPDATE_POSTED)
    assert (prompt.user_id, prompt.reference) == (helped.referrer.user_id, family.reference)
    entry = all_of(TimelineEntry, TimelineEntry.kind == "update_posted")[0]
    assert (entry.title, entry.body) == ("KSAF posted the update of week 1", "Read it under Support.")


def test_what_the_partner_reads_is_what_the_preview_showed(helped, family):
    week = opened(helped.practitioner, family)
    typed = TYPED | {f"goal-{goal.key}": "6" for goal in week.goals}
    previewed = form_of(week, typed).shared(1)
    post(helped.practitioner, family, **typed)
    tenancy.enter(db.session(), helped.referrer.organisation_id)
    read = opened(helped.referrer, family)
    [shown, *_] = weeks.of_case(helped.referrer.actor, read.case, is_shown=True)
    assert shown.shared == previewed
    assert shown.note == ""
    assert [(each.words, each.score, each.before) for each in previewed.scores] == [
        ("I walk in by myself", 6, "3 at the start")
    ]


def test_a_family_that_does_not_want_the_referrer_told_keeps_its_updates_from_them(helped, family):
    for event in all_of(ConsentEvent, ConsentEvent.purpose == family_consent.UPDATES):
        db.session().add(ConsentEvent(**event.model_dump(exclude={"id", "position"}), position=Position.REFUSED))
    post(helped.practitioner, family)
    assert mails("cases/update_posted") == []
    assert all_of(Prompt, Prompt.kind == News.UPDATE_POSTED) == []
    [entry] = all_of(TimelineEntry, TimelineEntry.kind == "update_posted")
    assert entry.audience is Audience.OPERATOR


def test_an_update_is_posted_once(helped, family):
    post(helped.practitioner, family)
    with pytest.raises(SomeoneWasFirstError, match="Jo Pemberton posted the update of week 1"):
        post(helped.case_manager, family)
    assert len(mails("cases/update_posted")) == 1


def test_after_its_deadline_it_is_posted_late_and_says_so(helped, family, moment):
    moment.advance(weeks=1)
    row = post(helped.practitioner, family).row
    assert row.is_late
    assert all_of(TimelineEntry, TimelineEntry.kind == "update_posted")[0].title.endswith("week 1, late")


def test_no_update_is_posted_before_its_week(helped, family):
    with pytest.raises(NotYetError, match="Week 3 begins on Monday"):
        post(helped.practitioner, family, number=3)


def test_a_draft_keeps_what_cannot_be_posted_and_two_writers_lose_nothing(helped, family):
    week = opened(helped.practitioner, family)
    first = update_drafts.save_draft(helped.practitioner.actor, week, {"contacts": "about three"}, 0)
    assert update_drafts.begun(helped.practitioner.actor, week) == {"contacts": "about three"}
    assert update_drafts.save_draft(helped.practitioner.actor, week, {"contacts": "about three"}, 0) == first
    with pytest.raises(OvertakenError, match="Jo Pemberton changed this draft on"):
        update_drafts.save_draft(helped.case_manager.actor, week, {"contacts": "4"}, 0)
    with pytest.raises(OvertakenError):
        updates.post(helped.case_manager.actor, week, form_of(week, TYPED).content("Anika Rao", 1), TYPED, 0)
    assert update_drafts.save_draft(helped.case_manager.actor, week, {"contacts": "4"}, first) == first + 1


def test_the_form_starts_from_the_contacts_of_that_week_and_the_attendance_given(helped, family):
    week = opened(helped.practitioner, family)
    week.row.attendance_percent = 70
    hangs = {"organisation_id": family.organisation_id, "referral_id": family.id, "case_id": week.case.id}
    for result, days in (("attended", 0), ("attended", 1), ("cancelled", 0), ("attended", 7)):
        db.session().add(
            CaseContact(
                **hangs,
                key=secrets.token_urlsafe(12),
                happened_at=clock.now() + timedelta(days=days),
                kind=ContactKind.PHONE,
                result=ContactResult(result),
                recorded_at=clock.now(),
                recorded_by_name="Jo Pemberton",
            )
        )
    db.session().flush()
    assert update_drafts.begun(helped.practitioner.actor, week) == {"contacts": "2", "attendance": "70"}


def test_a_concern_reaches_the_safeguarding_team_without_a_word_of_it(helped, family):
    row = post(helped.practitioner, family, concern="yes", danger="no", seen="He said he is afraid.").row
    assert (row.has_concern, row.concern, row.draft) == (True, None, None)
    raised = all_of(Concern)[0]
    assert (raised.seen, raised.week_number, raised.witness) == ("He said he is afraid.", 1, "Jo Pemberton")
    told = all_of(Prompt, Prompt.kind == News.CONCERN_RAISED)
    assert [prompt.user_id for prompt in told] == [helped.safeguarding.user_id]
    assert mails("safeguarding/concern_raised") == [helped.safeguarding.email]
    assert not any("afraid" in str(mail.context) for mail in all_of(OutboxMail))
    assert not any("afraid" in f"{entry.title} {entry.body}" for entry in all_of(TimelineEntry))


def test_reading_every_update_closes_the_prompt_of_that_organisation_alone(helped, family, moment):
    council = people.add_person(people.add_organisation(name="Estuary Early Help"), Role.REFERRER)
    bystander = people.add_person(people.add_organisation(name="Weir Surgery"), Role.REFERRER)
    referrals.share(family, council.organisation_id, Scope.UPDATES)
    referrals.share(family, bystander.organisation_id, Scope.STATUS)
    post(helped.practitioner, family)
    moment.advance(weeks=1)
    post(helped.practitioner, family, number=2)
    assert sorted(mails("cases/update_posted")) == sorted([helped.referrer.email, council.email] * 2)
    tenancy.enter(db.session(), helped.referrer.organisation_id)
    waiting = [2, 2, 1]
    for number in (1, 2):
        updates.mark_read(helped.referrer.actor, opened(helped.referrer, family, number))
        still_open = all_of(Prompt, Prompt.kind == News.UPDATE_POSTED, Prompt.closed_at.is_(None))
        assert len(still_open) == waiting[number]
    assert still_open[0].user_id == council.user_id
    assert opened(helped.referrer, family, 2).row.read_by_name == "Helen Marsh"


def test_who_only_looks_on_marks_nothing_read(helped, family):
    council = people.add_person(people.add_organisation(name="Estuary Early Help"), Role.REFERRER)
    referrals.share(family, council.organisation_id, Scope.UPDATES)
    post(helped.practitioner, family)
    tenancy.enter(db.session(), council.organisation_id)
    assert opened_week.open_week(council.actor, family.reference, 1) is not None
    assert opened_week.open_received(council.actor, family.reference, 1) is None


def says(person: people.Person, family: Referral, text: str) -> None:
    """Send a message as `person`, in whose organisation the session then is."""
    tenancy.enter(db.session(), person.organisation_id)
    conversation.send_message(person.actor, get_referral(person.actor, family.reference), text)


def test_a_reply_reaches_those_who_help_the_family_and_waits_until_one_of_them_answers(helped, family, moment):
    post(helped.practitioner, family)
    for text in ("She came in smiling on Tuesday.", "And again on Wednesday."):
        says(helped.referrer, family, text)
        moment.advance(hours=2)
    helpers = [helped.case_manager, helped.practitioner]
    assert sorted(mails("referrals/message")) == sorted([each.email for each in helpers] * 2)
    told = all_of(Prompt, Prompt.kind == News.MESSAGE_RECEIVED)
    assert sorted(each.user_id for each in told) == sorted(each.user_id for each in helpers)
    tenancy.enter(db.session(), helped.practitioner.organisation_id)
    found = caseload.of(helped.practitioner.actor)
    assert [(each.reference, each.since) for each in found.unanswered] == [(family.reference, "today at 10am")]
    assert caseload.of(helped.other_practitioner.actor).unanswered == []
    says(helped.case_manager, family, "Thank you. We start there on Monday.")
    assert caseload.of(helped.practitioner.actor).unanswered == []
    closed = all_of(Prompt, Prompt.kind == News.MESSAGE_RECEIVED)
    assert {each.evidence for each in closed} == {"Anika Rao answered on Wednesday 25 November 2026 at 2pm."}


def test_a_reply_that_needs_no_answer_is_marked_as_dealt_with(helped, family):
    says(helped.referrer, family, "Thank you, no need to reply.")
    tenancy.enter(db.session(), helped.practitioner.organisation_id)
    mine = next(
        each
        for each in list(db.session().scalars(queries.prompts_waiting(helped.practitioner.actor)))
        if each.rung_id is None
    )
    prompts.close(helped.practitioner.actor, mine, "Read; nothing to answer.")
    assert [
        list(db.session().scalars(queries.prompts_waiting(each.actor)))
        for each in (helped.practitioner, helped.case_manager)
    ] == [[], []]
    assert caseload.of(helped.practitioner.actor).unanswered == []


def test_another_practitioner_finds_no_week_and_no_week_that_is_not(helped, family):
    assert opened_week.open_week(helped.other_practitioner.actor, family.reference, 1) is None
    assert opened_week.open_week(helped.practitioner.actor, family.reference, 6) is None
