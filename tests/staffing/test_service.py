"""Handing over and leaving, on both engines: nothing is left with who has gone, and nothing is silent."""

import pytest
from sqlmodel import select

from portal import db
from portal.access.roles import Role
from portal.accounts.models import User
from portal.accounts.service import PeopleRuleError
from portal.audit.models import AuditEvent
from portal.cases.models import SupportCase
from portal.notifications.models import OutboxMail
from portal.referrals import conversation
from portal.referrals.models import TimelineEntry
from portal.staffing import queries, service
from portal.staffing.rules import Part
from portal.tenancy import as_system, enter
from portal.timescales import news
from portal.timescales.models import Deadline, Prompt
from portal.timescales.news import News
from portal.timescales.recipients import Member, staff_of
from portal.triage import service as triage
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.staffing.conftest import membership, read


def colleague(person: people.Person) -> Member:
    return next(each for each in staff_of(person.organisation_id).members if each.user_id == person.user_id)


def rows(model, *where):
    with as_system(db.session()):
        return db.session().scalars(select(model).where(*where).order_by(model.id)).all()


def prompts_of(person: people.Person, kind: str) -> list[str]:
    """The references about which `person` has a prompt of this kind open."""
    mine = rows(Prompt, Prompt.user_id == person.user_id, Prompt.kind == kind, Prompt.closed_at.is_(None))
    return [each.reference for each in mine]


def mails_to(person: people.Person, template: str) -> list[OutboxMail]:
    return rows(OutboxMail, OutboxMail.to_address == person.email, OutboxMail.template == template)


def test_a_leaver_leaves_no_referral_without_somebody_who_is_asked_to_take_it(school):
    gone = membership(school.helen)
    assert service.leave(school.admin.actor, gone) == 3
    for reference in (school.sent, school.acknowledged, school.draft):
        assert read(reference).contact_id is None
    assert set(prompts_of(school.admin, News.CONTACT_NEEDED)) == {school.sent, school.acknowledged, school.draft}
    told = mails_to(school.admin, "staffing/left")
    assert [set(mail.context["references"]) for mail in told] == [{school.sent, school.acknowledged, school.draft}]
    assert set(prompts_of(school.cast.officer, News.CONTACT_LEFT)) == {school.sent, school.acknowledged}
    assert "Helen Marsh" not in str([mail.context for mail in rows(OutboxMail)])


def test_what_the_leaver_owed_and_had_open_goes_to_who_is_still_there(school):
    referral = referrals.load_for(school.cast.officer, read(school.acknowledged).id)
    triage.ask(school.cast.officer.actor, referral, "Which days?")
    enter(db.session(), school.admin.organisation_id)
    news.tell(News.UPDATE_POSTED, school.sent, [colleague(school.helen)], organisation_id=school.helen.organisation_id)
    owed = Deadline.kind == "information"
    assert [each.person_id for each in rows(Deadline, owed)] == [school.helen.user_id]
    service.leave(school.admin.actor, membership(school.helen))
    assert [each.person_id for each in rows(Deadline, owed)] == [None]
    assert prompts_of(school.helen, News.UPDATE_POSTED) == []
    assert prompts_of(school.una, News.UPDATE_POSTED) == [school.sent]
    una = colleague(school.una)
    service.hand_over(school.admin.actor, Part.CONTACT, [school.acknowledged], None, una)
    assert [each.person_id for each in rows(Deadline, owed)] == [school.una.user_id]


def test_a_colleague_takes_some_of_it_and_both_sides_hear_by_reference(school):
    helen, una = membership(school.helen), colleague(school.una)
    chosen = [school.sent, school.acknowledged]
    assert service.hand_over(school.admin.actor, Part.CONTACT, chosen, helen.user_id, una) == 2
    taken = read(school.acknowledged)
    assert (taken.contact_id, taken.contact_name) == (una.user_id, "Una Field")
    assert read(school.draft).contact_id == school.helen.user_id
    assert [set(mail.context["references"]) for mail in mails_to(school.una, "staffing/yours_now")] == [set(chosen)]
    assert mails_to(school.cast.officer, "staffing/changed_hands")
    entry = rows(TimelineEntry, TimelineEntry.referral_id == taken.id)[-1]
    assert (entry.title, "Una Field" in entry.body) == ("The contact for this referral is now somebody else", True)
    assert len(rows(AuditEvent, AuditEvent.action == "staffing:holder:named")) == 2
    assert service.leave(school.admin.actor, helen) == 1


def test_naming_somebody_closes_what_asked_for_it_on_both_sides(school):
    service.leave(school.admin.actor, membership(school.helen))
    una = colleague(school.una)
    service.hand_over(school.una.actor, Part.CONTACT, [school.sent, school.acknowledged], None, una)
    assert prompts_of(school.admin, News.CONTACT_NEEDED) == [school.draft]
    assert prompts_of(school.cast.officer, News.CONTACT_LEFT) == []
    assert mails_to(school.una, "staffing/yours_now") == []


def test_messages_of_a_contact_go_to_who_took_over(school):
    helen = membership(school.helen)
    service.hand_over(school.admin.actor, Part.CONTACT, [school.acknowledged], helen.user_id, colleague(school.una))
    referral = referrals.load_for(school.cast.officer, read(school.acknowledged).id)
    conversation.send_message(school.cast.officer.actor, referral, "Thank you.")
    assert mails_to(school.una, "referrals/message")
    assert not mails_to(school.helen, "referrals/message")


def test_what_somebody_else_handed_over_first_is_said(school):
    helen, una = membership(school.helen), colleague(school.una)
    service.hand_over(school.admin.actor, Part.CONTACT, [school.sent], helen.user_id, una)
    with pytest.raises(SomeoneWasFirstError):
        service.hand_over(school.admin.actor, Part.CONTACT, [school.sent, school.draft], helen.user_id, una)
    assert read(school.draft).contact_id == school.helen.user_id


def test_nobody_hands_over_another_organisations_referrals(school):
    outsider = school.cast.outsider
    membership(outsider)
    with pytest.raises(SomeoneWasFirstError):
        service.hand_over(outsider.actor, Part.CONTACT, [school.sent], school.helen.user_id, colleague(outsider))
    assert read(school.sent).contact_id == school.helen.user_id


def test_a_role_that_may_not_be_a_contact_lets_go_too(school):
    assert service.change_role(school.admin.actor, membership(school.helen), Role.VIEWER) == 3
    assert read(school.sent).contact_id is None
    assert service.change_role(school.admin.actor, membership(school.una), Role.ORGANISATION_ADMIN) == 0


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FAMILY_OUTREACH_PRACTITIONER])
def test_a_role_that_may_not_act_on_what_waits_hands_it_on(school, role):
    cast, reference = school.cast, school.acknowledged
    other = people.add_person(referrals.operator(), Role.TRIAGE_OFFICER)
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    news.tell(News.RISK_CHANGED, reference, [colleague(cast.officer)], organisation_id=cast.officer.organisation_id)
    read(reference).assigned_to_id = cast.officer.user_id
    service.change_role(administrator.actor, membership(cast.officer), role)
    assert prompts_of(cast.officer, News.RISK_CHANGED) == []
    assert prompts_of(other, News.RISK_CHANGED) == [reference]


def test_somebody_who_leaves_the_safeguarding_team_leaves_its_concerns_and_keeps_what_they_may_open(school):
    cast, here = school.cast, school.cast.officer.organisation_id
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    mine = [colleague(cast.safeguarding)]
    news.tell(News.CONCERN_RAISED, "KSAF-7F3K-9QRT", mine, organisation_id=here)
    news.tell(News.MESSAGE_RECEIVED, school.sent, mine, organisation_id=here)
    service.change_role(administrator.actor, membership(cast.safeguarding), Role.TRIAGE_OFFICER)
    assert prompts_of(cast.safeguarding, News.CONCERN_RAISED) == []
    assert prompts_of(cast.manager, News.CONCERN_RAISED) == ["KSAF-7F3K-9QRT"]
    assert prompts_of(cast.safeguarding, News.MESSAGE_RECEIVED) == [school.sent]


def test_a_closed_account_leaves_what_it_had_in_every_organisation(school):
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    elsewhere = people.organisation_at(school.cast.outsider.organisation_id)
    people.add_membership(elsewhere.id, school.helen.user_id)
    enter(db.session(), administrator.organisation_id)
    assert service.close_account(administrator.actor, school.helen.user_id) == 3
    assert rows(User, User.id == school.helen.user_id)[0].disabled_at is not None
    assert set(prompts_of(school.admin, News.CONTACT_NEEDED)) == {school.sent, school.acknowledged, school.draft}


def test_the_last_of_a_school_leaves_ksaf_to_be_told(tx):
    referrals.operator()
    school = people.add_organisation()
    alone = people.add_person(school, Role.ORGANISATION_ADMIN)
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    officer = people.add_person(referrals.operator(), Role.TRIAGE_OFFICER)
    reference = referrals.sent(alone).reference
    enter(db.session(), administrator.organisation_id)
    assert service.close_account(administrator.actor, alone.user_id) == 1
    assert prompts_of(officer, News.CONTACT_LEFT) == [reference]


def test_a_practitioner_who_leaves_hands_weeks_and_prompts_to_the_managers(family):
    cast, referral = family
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    news.tell(
        News.MESSAGE_RECEIVED,
        referral.reference,
        [colleague(cast.practitioner)],
        organisation_id=cast.officer.organisation_id,
    )
    assert service.leave(administrator.actor, membership(cast.practitioner)) == 1
    left = read(referral.reference)
    assert (left.practitioner_id, left.practitioner_name) == (None, "")
    assert {each.person_id for each in rows(Deadline, Deadline.kind == "weekly_update")} == {None}
    for manager in (cast.manager, cast.other_manager):
        assert prompts_of(manager, News.HOLDER_NEEDED) == [referral.reference]
        assert prompts_of(manager, News.MESSAGE_RECEIVED) == [referral.reference]
    assert prompts_of(cast.other_practitioner, News.MESSAGE_RECEIVED) == []
    groups = queries.work_of(cast.manager.actor, cast.practitioner.user_id)
    assert [(each.part, each.holder_id) for each in groups] == [(Part.PRACTITIONER, None)]


def test_the_next_practitioner_has_the_family_its_weeks_and_its_record(family):
    cast, referral = family
    membership(cast.practitioner)
    to = colleague(cast.other_practitioner)
    service.hand_over(cast.manager.actor, Part.PRACTITIONER, [referral.reference], cast.practitioner.user_id, to)
    case = rows(SupportCase)[0]
    assert (case.practitioner_id, case.practitioner_name) == (to.user_id, "Lee Marlow")
    assert {each.person_id for each in rows(Deadline, Deadline.kind == "weekly_update")} == {to.user_id}
    others = rows(Deadline, Deadline.kind.in_(("week_4_review", "completion_summary")))
    assert {each.person_id for each in others} == {cast.case_manager.user_id}
    assert queries.on_referral(cast.manager.actor, read(referral.reference))
    assert mails_to(cast.referrer, "staffing/changed_hands")


def test_an_administrator_of_ksaf_hands_over_by_reference_alone(family):
    cast, referral = family
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    groups = queries.work_of(administrator.actor, cast.case_manager.user_id)
    assert {row.child for group in groups for row in group.rows} == {""}
    named = queries.work_of(cast.manager.actor, cast.case_manager.user_id)
    assert {row.child for group in named for row in group.rows} == {"Amira K."}
    assert [row.reference for group in groups for row in group.rows] == [referral.reference]


def test_nobody_removes_themselves_and_nothing_is_let_go(school):
    with pytest.raises(PeopleRuleError):
        service.leave(school.helen.actor, membership(school.helen))
    assert read(school.sent).contact_id == school.helen.user_id
