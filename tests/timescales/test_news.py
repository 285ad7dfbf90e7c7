"""Prompts that no deadline raises: once each while open, closed for everybody, read by those they reached alone."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal import db, tenancy
from portal.access.roles import OrganisationKind, Role
from portal.timescales import handing_on, jobs, news, queries, service, wording
from portal.timescales.models import Prompt
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.timescales.service import Subject
from tests.factories import people

REFERENCE, OTHER = "KSAF-7F3K-9QRT", "KSAF-2M8C-WX4H"
DONE = "Rang the school; the child is with an aunt."


class Scene:
    """Two managers and an administrator at KSAF, and a school."""

    def __init__(self) -> None:
        ksaf, self.school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
        self.ksaf_id = ksaf.id
        self.manager = people.add_person(ksaf, Role.MANAGER, "Ruth Bell")
        self.second = people.add_person(ksaf, Role.MANAGER, "Ade Cole")
        self.administrator = people.add_person(ksaf, Role.ADMINISTRATOR)

    def tell(self, about=News.DECISION_WAITING, reference=REFERENCE, *, role=Role.MANAGER) -> None:
        news.tell(about, reference, staff_of(self.ksaf_id).with_role(role), organisation_id=self.ksaf_id)


def kept() -> list[Prompt]:
    session = db.session()
    with tenancy.as_system(session):
        return list(session.scalars(select(Prompt).order_by(Prompt.id)).all())


@pytest.fixture
def scene(tx) -> Scene:
    return Scene()


@pytest.fixture
def stored_scene(database, moment) -> Scene:
    with database.transaction():
        return Scene()


def address(database, person) -> str:
    with database.system_transaction():
        return next(f"/prompts/{row.key}" for row in kept() if row.user_id == person.user_id and not row.closed_at)


def test_the_same_news_waits_once_for_each_person_until_it_is_settled(scene):
    scene.tell()
    scene.tell()
    assert sorted(row.user_id for row in kept()) == [scene.manager.user_id, scene.second.user_id]
    scene.tell(reference=OTHER)
    scene.tell(News.RISK_CHANGED)
    assert len(kept()) == 6
    news.settle(News.DECISION_WAITING, REFERENCE, "KSAF decided")
    closed = [row for row in kept() if row.closed_at]
    assert {(row.kind, row.reference, row.evidence) for row in closed} == {
        ("decision_waiting", REFERENCE, "KSAF decided")
    }
    scene.tell()
    assert len(kept()) == 8


def test_it_may_be_told_from_another_organisation(scene, tx):
    tenancy.enter(tx, scene.school.id)
    scene.tell(News.RISK_CHANGED)
    assert {row.organisation_id for row in kept()} == {scene.ksaf_id}
    assert list(db.session().scalars(queries.prompts_waiting(people.add_person(scene.school).actor))) == []


def test_somebody_of_two_organisations_has_it_in_each_and_what_is_put_off_in_one_stays_put_off(scene, moment):
    elsewhere = people.add_organisation()
    dana, lou = people.add_person(scene.school), people.add_person(elsewhere)
    people.add_membership(elsewhere.id, dana.user_id)
    for home in (scene.school.id, elsewhere.id):
        news.tell(News.UPDATE_POSTED, REFERENCE, staff_of(home).members, organisation_id=home)
    assert {(row.user_id, row.organisation_id) for row in kept()} == {
        (dana.user_id, scene.school.id),
        *((each.user_id, elsewhere.id) for each in (dana, lou)),
    }
    first = next(row for row in kept() if row.organisation_id == scene.school.id)
    with tenancy.as_system(db.session()):
        first.put_off_until = moment.now + timedelta(days=1)
        db.session().flush()
    news.tell(News.UPDATE_POSTED, REFERENCE, staff_of(elsewhere.id).members, organisation_id=elsewhere.id)
    assert first.put_off_until is not None


def test_what_a_leaver_had_goes_to_a_colleague_who_has_the_same_elsewhere(scene):
    elsewhere = people.add_organisation()
    dana, lou = people.add_person(scene.school), people.add_person(elsewhere)
    people.add_membership(elsewhere.id, dana.user_id)
    news.tell(News.UPDATE_POSTED, REFERENCE, staff_of(scene.school.id).members, organisation_id=scene.school.id)
    of_lou = [each for each in staff_of(elsewhere.id).members if each.user_id == lou.user_id]
    news.tell(News.UPDATE_POSTED, REFERENCE, of_lou, organisation_id=elsewhere.id)
    people.gone(lou)
    handing_on.leave_behind(lou.user_id, lou.role, staff_of(elsewhere.id), elsewhere.id)
    waits = [(row.user_id, row.organisation_id) for row in kept() if row.closed_at is None]
    assert sorted(waits) == sorted((dana.user_id, each) for each in (scene.school.id, elsewhere.id))


def test_news_stands_before_what_is_overdue_and_is_counted(database, stored_scene, moment):
    owed = {"owed_by_id": stored_scene.ksaf_id, "owed_to_id": stored_scene.school.id}
    with database.system_transaction():
        service.start("acknowledge", Subject("referral", 1), OTHER, **owed)
    moment.advance(days=2)
    jobs.run(database, moment.now)
    with database.transaction(tenant=stored_scene.ksaf_id):
        stored_scene.tell(News.RISK_CHANGED)
        waiting = db.session().scalars(queries.prompts_waiting(stored_scene.manager.actor))
        items = queries.items_of([(each, None) for each in waiting], moment.now)
        count = queries.waiting_count(stored_scene.manager.actor)
    assert [(item["title"], item["words"], item["tone"]) for item in items] == [
        ("Risk has changed: read it now", "urgent", "missed"),
        ("Missed: acknowledge the referral", "missed yesterday at 5pm", "missed"),
    ]
    assert count == 2


@pytest.mark.parametrize("about", News)
def test_every_news_has_words_and_no_name(about):
    words = wording.of_prompt(about, None)
    assert words.title
    assert words.to_do
    assert "@" not in words.text + words.to_do


def test_what_nobody_declared_has_no_words():
    with pytest.raises(ValueError, match="nonsense"):
        wording.of_prompt("decision:nonsense", None)


def test_evidence_closes_it_for_everybody_it_reached(app, client_of, database, stored_scene):
    with database.transaction():
        stored_scene.tell()
        stored_scene.tell(reference=OTHER)
    first, second = (address(database, person) for person in (stored_scene.manager, stored_scene.second))
    page = client_of(stored_scene.manager).get(first).text
    assert "Also told: Ade Cole." in page
    assert f'href="/referrals/{REFERENCE}"' in page
    assert client_of(stored_scene.manager).post(first, data={"evidence": DONE}).status_code == 303
    assert DONE in client_of(stored_scene.second).get(second).text
    assert client_of(stored_scene.second).post(second, data={"evidence": "Me too"}).status_code == 409
    with database.system_transaction():
        assert {row.reference for row in kept() if not row.closed_at} == {OTHER}


def test_nobody_told_of_other_news_is_named(app, client_of, database, stored_scene):
    with database.transaction():
        stored_scene.tell(News.MAIL_FAILED, role=Role.ADMINISTRATOR)
        stored_scene.tell()
    page = client_of(stored_scene.administrator).get(address(database, stored_scene.administrator)).text
    assert "An email could not be delivered" in page
    assert "Nobody else was told." in page
    # An administrator opens no referral: the reference is there, the link is not.
    assert REFERENCE in page
    assert f"/referrals/{REFERENCE}" not in page


def test_news_about_no_referral_names_none(app, client_of, database, stored_scene):
    with database.transaction():
        stored_scene.tell(News.MAIL_FAILED, "", role=Role.ADMINISTRATOR)
    page = client_of(stored_scene.administrator).get(address(database, stored_scene.administrator))
    assert page.status_code == 200
    assert "/referrals/" not in page.text
    assert "It is about referral" not in page.text
