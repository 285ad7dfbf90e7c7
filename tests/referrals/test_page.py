"""One referral as its people watch it: who may look, what they see, what looking leaves behind, what a poll costs."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import db
from portal.access.models import ReferralParty
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.referrals import lifecycle, timeline
from portal.referrals.models import Audience
from portal.referrals.queries import get_referral
from portal.referrals.rules import Event
from portal.tenancy import enter
from tests.factories import people, referrals
from tests.factories.statements import counted


class Cast:
    """A school, KSAF, an outsider, and one referral that KSAF has acknowledged."""

    def __init__(self):
        school = people.add_organisation(name="Larkfield Vale Academy")
        self.helen = people.add_person(school, Role.REFERRER, "Helen Marsh")
        self.viewer = people.add_person(school, Role.VIEWER, "Vera View")
        self.outsider = people.add_person(people.add_organisation(name="Harbour Steps"), Role.ORGANISATION_ADMIN)
        self.triage = referrals.staff()
        self.manager = referrals.staff(Role.MANAGER)
        self.reference = referrals.acknowledged(self.helen, self.triage).reference
        self.path = f"/referrals/{self.reference}"


@pytest.fixture
def told(database, moment):
    with database.transaction():
        return Cast()


def later(database, person, reference):
    """Return the referral loaded afresh in the open transaction of `person`."""
    enter(db.session(), person.organisation_id)
    return get_referral(person.actor, reference)


def unsigned(page):
    """Return the page without the nonces and keys that differ each time."""
    return re.sub(r'(nonce|value)="[^"]*"|X-CSRFToken[^}]*', "", page)


@pytest.mark.parametrize("tab", ["", "?tab=referral", "?tab=consent", "?tab=people", "?timeline=all"])
@pytest.mark.parametrize("who", ["helen", "viewer", "triage", "manager"])
def test_each_side_reads_every_part(client_of, told, who, tab):
    page = client_of(getattr(told, who)).get(told.path + tab)
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert "Amira Khan" in page.text
    assert told.reference in page.text


def test_an_outsider_learns_no_more_than_of_a_reference_that_does_not_exist(client_of, told):
    client = client_of(told.outsider)
    strange = "/referrals/KSAF-0000-0000"
    for rest in ("", "/status", "?tab=consent", "/messages", "/update"):
        assert client.get(told.path + rest).status_code == 404
    assert client.get(strange).status_code == 404
    assert unsigned(client.get(told.path).text) == unsigned(client.get(strange).text)


def test_an_unknown_tab_is_not_found(client_of, told):
    assert client_of(told.helen).get(f"{told.path}?tab=secrets").status_code == 404


def test_looking_is_recorded_exactly_once_and_polling_is_not(client_of, database, told):
    client = client_of(told.helen)
    views = select(AuditEvent).where(col(AuditEvent.action) == Action.REFERRAL_VIEWED)
    client.get(told.path)
    client.get(f"{told.path}?tab=referral")
    for _ in range(3):
        client.get(f"{told.path}/status")
    with database.system_transaction(write=False) as session:
        seen = session.scalars(views).all()
    assert [event.actor_id for event in seen] == [told.helen.user_id] * 2
    assert {event.subject_owner_id for event in seen} == {told.helen.organisation_id}


def test_what_is_new_to_a_reader_is_marked_until_they_have_seen_it(client_of, told):
    helen, viewer = client_of(told.helen), client_of(told.viewer)
    assert "New to you" in helen.get(told.path).text
    assert "New to you" not in helen.get(told.path).text
    assert "New to you" in viewer.get(told.path).text


def test_a_draft_leads_to_its_task_list(client_of, database, told):
    with database.transaction():
        reference = referrals.draft(told.helen).reference
    client = client_of(told.helen)
    assert client.get(f"/referrals/{reference}").location == f"/referrals/{reference}/tasks"
    assert client.get(f"/referrals/{reference}/status").status_code == 404


def test_the_panel_answers_304_cheaply_until_something_happens(client_of, database, moment, told):
    client = client_of(told.helen)
    page = client.get(told.path).text
    tag = page.split('data-etag="')[1].split('"')[0]
    held = {"If-None-Match": tag, "HX-Request": "true"}
    with counted(database) as asked:
        assert client.get(f"{told.path}/status", headers=held).status_code == 304
    assert len(asked) <= 3 + 1
    moment.advance(minutes=1)
    with database.transaction():
        row = later(database, told.triage, told.reference)
        lifecycle.move(told.triage.actor, row, Event.ASK, "KSAF asked for information", "When did you last meet?")
    changed = client.get(f"{told.path}/status", headers=held)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert 'data-announce="Information asked. Newest: KSAF asked for information."' in changed.text
    assert "paused: KSAF has asked for information" in changed.text


def test_the_panels_words_grow_stale_by_minutes_at_most(client_of, moment, told):
    client = client_of(told.helen)
    first = client.get(f"{told.path}/status").headers["ETag"]
    moment.advance(minutes=5)
    assert client.get(f"{told.path}/status", headers={"If-None-Match": first}).status_code == 200


def test_what_is_ksafs_own_is_not_on_a_partners_page(client_of, database, moment, told):
    moment.advance(minutes=1)
    with database.transaction():
        row = later(database, told.triage, told.reference)
        lifecycle.move(told.triage.actor, row, Event.DECIDE, "Decision proposed", "canary", audience=Audience.OPERATOR)
    partner = client_of(told.helen).get(told.path).text
    assert "canary" not in partner
    assert "Decision" not in partner
    assert "Being decided" in partner
    assert "canary" in client_of(told.triage).get(told.path).text


@pytest.mark.parametrize("tab", ["", "?tab=referral", "?tab=consent", "?tab=people"])
@pytest.mark.parametrize("who", ["helen", "triage"])
def test_a_page_asks_few_questions_however_much_has_happened(client_of, database, moment, told, who, tab):
    client = client_of(getattr(told, who))
    client.get(told.path + tab)
    with counted(database) as few:
        client.get(told.path + tab)
    with database.transaction():
        row = later(database, told.helen, told.reference)
        for number in range(30):
            moment.advance(seconds=1)
            timeline.add(told.helen.actor, row, "message", "Message", f"text {number}")
    with counted(database) as many:
        page = client.get(told.path + tab).text
    assert len(few) == len(many) <= 8
    print(f"{who} {tab or 'timeline'}: {len(many)} queries")
    assert tab or "text 20" in page
    assert "text 3<" not in page


def test_earlier_entries_are_a_link_away(client_of, database, moment, told):
    with database.transaction():
        row = later(database, told.helen, told.reference)
        for number in range(15):
            timeline.add(told.helen.actor, row, "message", "Message", f"text {number}.")
    client = client_of(told.triage)
    assert "Show everything that happened before" in client.get(told.path).text
    whole = client.get(f"{told.path}?timeline=all").text
    assert "text 0." in whole
    assert "Show everything" not in whole


def test_buttons_are_those_that_would_work(client_of, moment, told):
    moment.advance(hours=1)
    assert "/withdraw" in client_of(told.helen).get(told.path).text
    viewer = client_of(told.viewer).get(told.path).text
    for action in ("/withdraw", "/messages", "/update", "/chase", "/answer"):
        assert f'"{told.path}{action}"' not in viewer
    triage = client_of(told.triage).get(told.path).text
    assert f'"{told.path}/decide"' in triage
    assert f'"{told.path}/withdraw"' not in triage


def test_the_contact_is_the_other_side(client_of, told):
    assert told.triage.name in client_of(told.helen).get(told.path).text
    ksaf = client_of(told.triage).get(told.path).text
    assert "Designated Safeguarding Lead" in ksaf
    assert "01632 960 101" in ksaf


def test_a_share_that_has_ended_shows_nothing(client_of, database, moment, told):
    client = client_of(told.triage)
    assert client.get(told.path).status_code == 200
    with database.system_transaction() as session:
        session.scalars(
            select(ReferralParty).where(col(ReferralParty.organisation_id) == told.triage.organisation_id)
        ).one().valid_to = moment.now + timedelta(minutes=1)
    moment.advance(minutes=2)
    assert client.get(told.path).status_code == 404
