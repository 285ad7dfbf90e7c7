"""What first pages say of what was left: what was done about a missed deadline, what ran out, what is far back."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal import clock, db
from portal.access.models import Scope
from portal.access.roles import OrganisationKind, Role
from portal.accounts import people as members
from portal.accounts import service as accounts
from portal.dashboards import panels, recent
from portal.dashboards.shown import Item, Listed, Reading
from portal.tenancy import enter
from portal.timescales import news, prompts
from portal.timescales.models import Deadline, Prompt
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from tests.factories import people, referrals


def shown(panel: panels.Panel, person: people.Person) -> Listed:
    db.session().flush()
    enter(db.session(), person.organisation_id)
    db.session().expire_all()
    found = panel.read(Reading(person.actor))
    assert isinstance(found, Listed)
    return found


def prompted(manager: people.Person, deadline: Deadline, key: str) -> Prompt:
    """What waits for the manager because of a deadline that was missed."""
    prompt = Prompt(
        key=key,
        organisation_id=manager.organisation_id,
        user_id=manager.user_id,
        deadline_id=deadline.id,
        kind=f"{deadline.kind}:missed",
        reference=deadline.reference,
        opened_at=clock.now(),
    )
    db.session().add(prompt)
    db.session().flush()
    return prompt


@pytest.fixture
def helen(tx, moment) -> people.Person:
    return people.add_person(people.add_organisation(name="Larkfield Vale Academy"), Role.REFERRER, "Helen Marsh")


def test_a_manager_reads_beside_a_missed_deadline_what_was_last_done_about_it(helen, moment):
    manager = people.add_person(referrals.operator(), Role.MANAGER, "Margaret Ellis")
    referrals.sent(helen)
    moment.advance(days=2)

    def acknowledging() -> Item:
        return next(each for each in shown(panels.MISSED, manager).rows if each.title.startswith("Acknowledge"))

    assert "Nobody has recorded what was done." in acknowledging().detail
    deadline = db.session().scalars(select(Deadline).where(Deadline.kind == "acknowledge")).one()
    for number, evidence in enumerate(("Asked Sam to read it today.", "Rang the school myself.")):
        prompts.close(manager.actor, prompted(manager, deadline, f"key{number}"), evidence)
    settled_by_itself = prompted(manager, deadline, "later")
    settled_by_itself.closed_at, settled_by_itself.evidence = clock.now(), "KSAF acknowledged"
    detail = acknowledging().detail
    assert "Margaret Ellis" in detail
    assert detail.endswith(": Rang the school myself.")


def test_an_administrator_sees_which_invitation_ran_out_until_the_person_is_invited_again(helen, moment):
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)

    def invite() -> None:
        enter(db.session(), administrator.organisation_id)
        accounts.invite(administrator.actor, "new@larkfield.example", Role.VIEWER, helen.organisation_id)

    invite()
    (waiting,) = shown(panels.INVITATIONS, administrator).rows
    assert waiting.words.startswith("until ")
    moment.advance(days=accounts.INVITATION_LIVES.days, minutes=1)
    (expired,) = shown(panels.INVITATIONS, administrator).rows
    assert (expired.words[:7], expired.tone) == ("ran out", "missed")
    assert expired.detail.endswith("Larkfield Vale Academy. Invite them again")
    invite()
    assert [each.words[:5] for each in shown(panels.INVITATIONS, administrator).rows] == ["until"]
    moment.advance(days=(accounts.INVITATION_LIVES + members.EXPIRED_FOR + timedelta(days=1)).days)
    assert shown(panels.INVITATIONS, administrator).rows == []


def test_a_family_shared_long_ago_is_led_to_where_the_first_page_does_not_look_so_far(helen, moment):
    council = people.add_person(people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help"))
    shared = referrals.sent(helen)
    referrals.share(shared, council.organisation_id, Scope.STATUS)
    near = shown(panels.SHARED, council)
    assert (near.title, len(near.rows), near.more) == ("Families shared with you", 1, None)
    moment.advance(days=1)
    for _ in range(recent.MOST):
        referrals.sent(council)
    far = shown(panels.SHARED, council)
    assert far.rows == []
    assert "Those that changed before are in the list" in far.empty
    assert far.more is not None
    assert far.more.href == "/referrals"


def test_what_waits_says_whom_it_is_about_to_those_who_may_read_it_alone(helen, moment):
    manager = people.add_person(referrals.operator(), Role.MANAGER)
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    practitioner = people.add_person(referrals.operator(), Role.FAMILY_OUTREACH_PRACTITIONER)
    reference = referrals.sent(helen).reference
    everybody = [manager, administrator, practitioner]
    told = [
        each for each in staff_of(manager.organisation_id).members if each.user_id in {x.user_id for x in everybody}
    ]
    news.tell(News.MAIL_FAILED, reference, told, organisation_id=manager.organisation_id)
    details = [[each.detail for each in shown(panels.WAITING, person).rows] for person in everybody]
    assert details == [[f"Amira K., {reference}"], [reference], [reference]]
