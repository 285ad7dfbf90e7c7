"""Each person's first page: its panels are theirs to read, and every panel says what it should and no more."""

import pytest
from sqlmodel import select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import PartyRole, ReferralParty, Scope
from portal.access.roles import OPERATOR_ROLES, OrganisationKind, Role, roles_of
from portal.dashboards import pages, panels
from portal.dashboards.shown import Listed, Reading
from portal.referrals import lifecycle
from portal.referrals.models import Audience
from portal.referrals.rules import Event
from portal.referrals.timeline import MESSAGE, add
from portal.tenancy import as_system, enter
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from tests.factories import people, referrals, support


def actors():
    for kind in OrganisationKind:
        for role in sorted(roles_of(kind)):
            yield Actor(1, "Somebody", "somebody@school.example", 1, "Somewhere", kind, role)


@pytest.mark.parametrize("actor", actors(), ids=lambda each: f"{each.organisation_kind}-{each.role}")
def test_everybody_has_a_first_page_and_may_read_each_of_its_panels(actor):
    shown = pages.of(actor).panels
    assert panels.WAITING in shown
    assert [panel.key for panel in shown if not actor.may(panel.permission)] == []


def test_every_panel_is_on_somebodys_page():
    assert {panel for page in pages.PAGES.values() for panel in page.panels} == set(panels.PANELS)
    assert set(pages.PAGES) == (set(OrganisationKind) - {OrganisationKind.OPERATOR}) | OPERATOR_ROLES


@pytest.fixture
def helen(tx):
    return people.add_person(people.add_organisation(name="Larkfield Vale Academy"), Role.REFERRER, "Helen Marsh")


@pytest.fixture
def council(tx):
    return people.add_person(people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help"))


def read(panel: panels.Panel, person: people.Person) -> str:
    """What `person` reads in `panel` now."""
    db.session().flush()
    enter(db.session(), person.organisation_id)
    db.session().expire_all()
    shown = panel.read(Reading(person.actor))
    if isinstance(shown, Listed):
        return "\n".join(f"{row.title} | {row.href} | {row.detail} | {row.words}" for row in shown.rows)
    return str(shown)


def shared(helen, council, scope: Scope, *, is_whole: bool = False) -> str:
    """A referral shared as far as `scope`: an entry for everyone, a message, one that is KSAF's own; its reference."""
    officer = referrals.staff()
    made = referrals.acknowledged(helen, officer)
    add(officer.actor, made, "update_posted", "News from KSAF")
    add(officer.actor, made, MESSAGE, "Message from KSAF", "Said")
    add(officer.actor, made, "note", "Note of KSAF’s own", "Kept", audience=Audience.OPERATOR)
    referrals.share(made, council.organisation_id, scope, is_whole=is_whole)
    return made.reference


@pytest.mark.parametrize(
    ("scope", "is_whole", "newest"),
    [
        (Scope.STATUS, False, ""),
        (Scope.UPDATES, False, "News from KSAF"),
        (Scope.ALL, False, "News from KSAF"),
        (Scope.ALL, True, "Message from KSAF"),
    ],
)
def test_early_help_sees_a_shared_family_as_far_as_its_basis_goes(tx, helen, council, scope, is_whole, newest):
    reference = shared(helen, council, scope, is_whole=is_whole)
    families, changes = read(panels.SHARED, council), read(panels.CHANGED, council)
    assert reference in families
    assert "Being decided" in families
    assert newest in changes
    assert [each for each in ("News from KSAF", "Message from KSAF") if each in changes] == [newest] * bool(newest)
    assert "own" not in families + changes
    assert reference not in read(panels.LATEST, council)


def test_a_family_shared_for_updates_opens_no_more_than_that(client_of, database, moment):
    with database.transaction():
        helen = people.add_person(people.add_organisation())
        council = people.add_person(people.add_organisation(OrganisationKind.LOCAL_AUTHORITY))
        reference = shared(helen, council, Scope.UPDATES)
    client = client_of(council)
    page = client.get("/").text
    assert "Families shared with you" in page
    assert f'href="/referrals/{reference}"' in page
    assert "its status, and what happens" in page
    assert "Note of KSAF" not in page
    assert "You answer" not in page
    assert {client.get(f"/referrals/{reference}{part}").status_code for part in ("?tab=referral", "?tab=consent")} == {
        404
    }


def test_a_family_whose_sharing_has_ended_is_not_there(tx, moment, helen, council):
    reference = shared(helen, council, Scope.ALL)
    assert reference in read(panels.SHARED, council)
    with as_system(tx):
        tx.scalars(select(ReferralParty).where(ReferralParty.role == PartyRole.SHARED)).one().valid_to = clock.now()
    moment.advance(minutes=1)
    assert [read(panel, council) for panel in (panels.SHARED, panels.CHANGED)] == ["", ""]


def test_another_council_is_shown_nothing(tx, helen, council):
    shared(helen, council, Scope.ALL)
    other = people.add_person(people.add_organisation(OrganisationKind.LOCAL_AUTHORITY))
    assert [read(panel, other) for panel in (panels.SHARED, panels.CHANGED)] == ["", ""]


def test_what_changed_stays_until_the_referral_is_opened(client_of, database, moment):
    with database.transaction():
        helen = people.add_person(people.add_organisation())
        reference = referrals.acknowledged(helen, referrals.staff()).reference
    client = client_of(helen)
    first = client.get("/home/changed")
    assert "Acknowledged" in first.text
    assert "Referral sent" not in first.text, "what one did oneself is no news"
    held = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/home/changed", headers=held).status_code == 304
    client.get(f"/referrals/{reference}")
    answer = client.get("/home/changed", headers=held)
    assert answer.status_code == 200
    assert "Nothing has changed since you last looked" in answer.text
    assert len(answer.data) < 4096


def test_a_practitioner_sees_the_week_of_each_family_and_nobody_elses(tx, helen):
    manager, mine = referrals.staff(Role.CASE_MANAGER), referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER)
    other = referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER)
    reference = begun(helen, manager, mine)
    families = read(panels.CASELOAD, mine)
    assert reference in families
    assert "Week 1 of 5" in families
    assert read(panels.CASELOAD, other) == ""
    assert mine.name in read(panels.CASELOAD, manager), "a case manager reads who works with the family"
    assert read(panels.CASELOAD, referrals.staff(Role.CASE_MANAGER)) == ""
    assert reference in read(panels.CASELOAD, referrals.staff(Role.MANAGER))


def begun(helen, manager, practitioner) -> str:
    """A family in its first week; its reference."""
    made = accepted(helen)
    support.begin(made, manager, practitioner, "mark")
    return made.reference


def accepted(helen):
    """A referral that waits to be allocated, as KSAF has it."""
    officer, manager = referrals.staff(), referrals.staff(Role.MANAGER)
    made = referrals.acknowledged(helen, officer)
    lifecycle.move(officer.actor, made, Event.DECIDE, "Decision proposed")
    lifecycle.move(manager.actor, made, Event.AUTHORISE, "Decided")
    return made


def test_an_accepted_family_without_anybody_is_shown_to_managers(tx, helen):
    reference = accepted(helen).reference
    assert f"Name who helps Amira K. | /referrals/{reference}/allocate" in read(
        panels.TO_ARRANGE, referrals.staff(Role.MANAGER)
    )


def test_a_manager_reads_what_was_missed_the_longest_overdue_first(tx, moment, helen):
    manager = referrals.staff(Role.MANAGER)
    reference = referrals.sent(helen).reference
    assert read(panels.MISSED, manager) == ""
    moment.advance(days=2)
    missed = read(panels.MISSED, manager).splitlines()
    assert missed[0].startswith(("Acknowledge the referral", "Decide what happens next"))
    assert all(reference in line and "missed" in line for line in missed)


def test_the_safeguarding_team_reads_of_a_changed_risk_until_it_is_settled(tx, helen):
    team = referrals.staff(Role.SAFEGUARDING_TEAM)
    made = referrals.acknowledged(helen, referrals.staff())
    assert read(panels.RISK, team) == ""
    members = staff_of(team.organisation_id).members
    news.tell(News.RISK_CHANGED, made.reference, members, organisation_id=team.organisation_id)
    assert f"Risk has changed: Amira K. | /referrals/{made.reference}" in read(panels.RISK, team)
    news.settle(News.RISK_CHANGED, made.reference, "Looked at")
    assert read(panels.RISK, team) == ""


def test_an_administrator_reads_of_organisations_without_an_agreement_and_of_no_child(tx, helen):
    people.add_organisation(name="Not Yet Primary", agreed=False)
    referrals.sent(helen)
    administrator = referrals.staff(Role.ADMINISTRATOR)
    page = "\n".join(read(panel, administrator) for panel in pages.of(administrator.actor).panels)
    assert "Not Yet Primary | /organisations/" in page
    assert "Larkfield" not in page
    assert "Amira" not in page
