"""Making a family's link on the portal, and what becomes of it by itself."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlmodel import select

from portal import scheduler
from portal.family import jobs, links
from portal.family.links import LinkRefusedError, Wanted
from portal.family.models import ConsentLink, ForWhom, Way
from portal.family.rules import MOST_WRONG_DATES, LinkState, link_state
from portal.notifications.models import MailState, OutboxMail
from portal.referrals import lifecycle
from portal.referrals.rules import Event
from portal.tenancy import enter
from tests.conftest import KEYS
from tests.factories import people, referrals
from tests.factories.referrals import load_for
from tests.family.conftest import EMAIL, link_of, mails, prompts, rows

TO_PARENT = {"for_whom": "parent", "way": "email", "email": EMAIL}


@pytest.fixture
def reference(database, kept_world) -> str:
    with database.transaction():
        return referrals.acknowledged(kept_world.referrer, kept_world.officer).reference


@pytest.mark.parametrize(
    ("is_ended", "is_running", "wrong", "state"),
    [
        (False, True, 0, LinkState.OPEN),
        (False, True, MOST_WRONG_DATES, LinkState.OVER),
        (True, True, 0, LinkState.OVER),
        (False, False, 0, LinkState.RUN_OUT),
        (True, False, 0, LinkState.OVER),
        (False, False, MOST_WRONG_DATES, LinkState.OVER),
    ],
)
def test_what_a_link_opens(is_ended, is_running, wrong, state):
    assert link_state(is_ended=is_ended, is_running=is_running, wrong_dates=wrong) is state


@pytest.mark.parametrize("who", ["referrer", "officer"])
def test_the_owner_and_ksaf_make_a_link(database, client_of, kept_world, reference, who):
    client = client_of(getattr(kept_world, who))
    assert "No link yet" in client.get(f"/referrals/{reference}/consent-links").text
    made = client.post(f"/referrals/{reference}/consent-links", data=TO_PARENT)
    assert (made.status_code, made.headers["Location"]) == (303, f"/referrals/{reference}/consent-links")
    page = client.get(f"/referrals/{reference}/consent-links").text
    assert all(word in page for word in ("Waiting for an answer", EMAIL, "Monday 7 December 2026 at 10am"))
    assert len(mails(database, "link")) == 1


def test_others_make_none(client_of, kept_world, reference):
    path = f"/referrals/{reference}/consent-links"
    for person, status in ((kept_world.outsider, 404), (kept_world.viewer, 403)):
        assert client_of(person).get(path).status_code == status
        assert client_of(person).post(path, data=TO_PARENT).status_code == status


def test_a_draft_has_no_link(database, client_of, kept_world):
    with database.transaction():
        reference = referrals.draft(kept_world.referrer).reference
    assert client_of(kept_world.referrer).get(f"/referrals/{reference}/consent-links").status_code == 404


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"email": "nonsense"}, "nonsense"),
        ({"email": ""}, "Enter their email address"),
        ({"for_whom": ""}, "Select who is asked"),
        ({"way": ""}, "Select how the link reaches them"),
    ],
)
def test_what_is_missing_is_asked(client_of, kept_world, reference, typed, told):
    answer = client_of(kept_world.officer).post(f"/referrals/{reference}/consent-links", data={**TO_PARENT, **typed})
    assert (answer.status_code, told in answer.text) == (422, True)


@pytest.mark.parametrize("way", ["paper", "screen"])
def test_on_paper_and_screen_it_is_a_code_that_names_nobody(database, client_of, kept_world, reference, way, app):
    client = client_of(kept_world.officer)
    made = client.post(f"/referrals/{reference}/consent-links", data={"for_whom": "parent", "way": way})
    page = client.get(made.headers["Location"])
    assert "<svg" in page.text
    assert "Amira" not in page.text.partition("<article")[2].partition("</article>")[0]
    with database.system_transaction(write=False):
        path = links.path_of(link_of(database))
    assert path in page.text
    assert app.test_client().get(path).status_code == 200


def test_a_mailed_link_is_shown_to_no_colleague(client_of, kept_world, reference, database):
    client = client_of(kept_world.officer)
    client.post(f"/referrals/{reference}/consent-links", data=TO_PARENT)
    page = client.get(f"/referrals/{reference}/consent-links/{link_of(database).key}").text
    assert ("only there" in page, "/consent/" in page) == (True, False)


def test_a_new_link_replaces_the_one_before_for_the_same_person_alone(database, client_of, kept_world, reference):
    client, path = client_of(kept_world.officer), f"/referrals/{reference}/consent-links"
    for for_whom in ("parent", "young_person", "parent"):
        client.post(path, data={**TO_PARENT, "for_whom": for_whom})
    with database.system_transaction(write=False):
        assert [links.state_of(each) for each in rows(database, ConsentLink)] == [
            LinkState.OVER,
            LinkState.OPEN,
            LinkState.OPEN,
        ]


def test_a_stopped_link_opens_nothing(client_of, kept_world, reference, database, app):
    client = client_of(kept_world.officer)
    client.post(f"/referrals/{reference}/consent-links", data=TO_PARENT)
    row = link_of(database)
    path = links.path_of(row)
    assert client_of(kept_world.outsider).post(f"/referrals/{reference}/consent-links/{row.key}/end").status_code == 404
    assert client_of(kept_world.viewer).post(f"/referrals/{reference}/consent-links/{row.key}/end").status_code == 403
    assert client.post(f"/referrals/{reference}/consent-links/{row.key}/end").status_code == 303
    assert app.test_client().get(path).status_code == 404


def test_without_a_date_of_birth_there_is_nothing_to_check(world):
    made = referrals.acknowledged(world.referrer, world.officer)
    made.child_date_of_birth = None
    with pytest.raises(LinkRefusedError, match="date of birth"):
        links.make(world.officer.actor, made, Wanted(ForWhom.PARENT, Way.PAPER))


def test_a_link_of_another_key_is_not_shown_again(world, monkeypatch):
    made = referrals.acknowledged(world.referrer, world.officer)
    row = links.make(world.officer.actor, made, Wanted(ForWhom.PARENT, Way.PAPER))
    assert links.path_of(row)
    monkeypatch.setattr("portal.crypto._secrets", ("another-key-that-is-long-enough-0123456789", *KEYS))
    assert links.path_of(row) is None


def test_a_link_reaches_no_other_organisations_rows(tx, world):
    made = referrals.acknowledged(world.referrer, world.officer)
    token = links.path_of(links.make(world.officer.actor, made, Wanted(ForWhom.PARENT, Way.PAPER))).rpartition("/")[2]
    other = replace(world, referrer=people.add_person(people.add_organisation(name="Teasel Primary")))
    referrals.acknowledged(other.referrer, world.officer)
    enter(tx, None)
    link = links.find(token)
    assert tx.info["tenant"] == link.referral.organisation_id == world.referrer.organisation_id
    assert tx.info["reached"] == {link.referral.id: link.referral.organisation_id}


@pytest.fixture
def sent(database, kept_world):
    with database.transaction():
        referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.EMAIL, EMAIL))
        return referral.id, links.path_of(row)


def test_one_reminder_after_five_days_then_word_to_its_maker(database, kept_world, sent, moment):
    _, path = sent
    none = {"links_reminded": 0, "links_run_out": 0}
    assert jobs.run(database, moment.now + dt.timedelta(days=4, hours=23)) == none
    moment.advance(days=5)
    assert jobs.run(database, moment.now) == {**none, "links_reminded": 1}
    assert jobs.run(database, moment.now) == none
    [reminder] = mails(database, "reminder")
    assert (reminder.to_address, reminder.context["path"]) == (EMAIL, path)
    moment.advance(days=9)
    assert jobs.run(database, moment.now) == {**none, "links_run_out": 1}
    assert jobs.run(database, moment.now) == none
    assert [each.user_id for each in prompts(database, "link_unanswered")] == [kept_world.officer.user_id]
    assert [each.to_address for each in mails(database, "run_out")] == [kept_world.officer.email]


@pytest.mark.parametrize("way", [Way.PAPER, Way.SCREEN])
def test_without_an_address_its_maker_is_asked_to_remind_the_family(database, kept_world, moment, way):
    with database.transaction():
        referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, way))
    none = {"links_reminded": 0, "links_run_out": 0}
    assert jobs.run(database, moment.now + dt.timedelta(days=4, hours=23)) == none
    moment.advance(days=5)
    assert jobs.run(database, moment.now) == {**none, "links_reminded": 1}
    assert jobs.run(database, moment.now) == none
    assert [each.user_id for each in prompts(database, "link_to_remind")] == [kept_world.officer.user_id]
    [mail] = [each for each in rows(database, OutboxMail) if each.template == "timescales/prompt"]
    assert mail.to_address == kept_world.officer.email
    assert "Amira" not in str(mail.context)
    moment.advance(days=9)
    assert jobs.run(database, moment.now) == {**none, "links_run_out": 1}
    assert prompts(database, "link_to_remind") == []
    assert len(prompts(database, "link_unanswered")) == 1


def test_the_answer_closes_what_asked_to_remind_them(database, visit_of, moment):
    visit = visit_of(way=Way.PAPER)
    moment.advance(days=5)
    jobs.run(database, moment.now)
    assert len(prompts(database, "link_to_remind")) == 1
    visit.answer()
    assert prompts(database, "link_to_remind") == []


@pytest.mark.parametrize("what", ["answered", "stopped", "closed"])
def test_nobody_is_reminded_who_need_not_answer(database, kept_world, sent, moment, what):
    with database.transaction():
        referral = load_for(kept_world.officer, sent[0])
        row = links.made_for(kept_world.officer.actor, referral)[0]
        if what == "answered":
            row.answered_at = moment.now
        elif what == "stopped":
            links.end(kept_world.officer.actor, referral, row)
        else:
            referral = load_for(kept_world.referrer, sent[0])
            lifecycle.move(kept_world.referrer.actor, referral, Event.WITHDRAW, "Withdrawn", "They moved")
    for _ in range(2):
        moment.advance(days=7, hours=1)
        assert jobs.run(database, moment.now) == {"links_reminded": 0, "links_run_out": 0}


def test_a_new_link_closes_what_waited_for_one(database, kept_world, sent, moment, client_of):
    moment.advance(days=15)
    jobs.run(database, moment.now)
    assert len(prompts(database, "link_unanswered")) == 1
    with database.transaction():
        referral = load_for(kept_world.officer, sent[0])
        links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
    assert prompts(database, "link_unanswered") == []


def test_a_link_that_did_not_arrive_is_told_to_whoever_had_it_mailed(database, kept_world, client_of, moment):
    """The school reads on the referral that it failed, and is prompted once; a new link closes that."""
    with database.transaction():
        referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        links.make(kept_world.referrer.actor, referral, Wanted(ForWhom.PARENT, Way.EMAIL, EMAIL))
        number, path = referral.id, f"/referrals/{referral.reference}"
    with database.system_transaction() as session:
        [mail] = session.scalars(select(OutboxMail).where(OutboxMail.to_address == EMAIL)).all()
        mail.state = MailState.FAILED
        for _ in range(2):
            scheduler._failed(mail)
        scheduler._failed(OutboxMail(reference=mail.reference, to_address=EMAIL, template="referrals/asked"))
    told = prompts(database, "link_not_delivered")
    assert [each.user_id for each in told] == [kept_world.referrer.user_id]
    assert [each.user_id for each in prompts(database, "mail_failed")] != []
    assert "did not arrive" in client_of(kept_world.referrer).get(path).text
    assert EMAIL in client_of(kept_world.referrer).get(path).text
    assert EMAIL in client_of(kept_world.officer).get(path).text
    prompt = client_of(kept_world.referrer).get(f"/prompts/{told[0].key}")
    assert "A consent link did not reach the family" in prompt.text
    with database.transaction():
        referral = load_for(kept_world.referrer, number)
        links.make(kept_world.referrer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
    assert prompts(database, "link_not_delivered") == []


def test_a_link_that_was_answered_or_replaced_since_is_told_to_nobody(database, kept_world, moment):
    with database.transaction():
        referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        row = links.make(kept_world.referrer.actor, referral, Wanted(ForWhom.PARENT, Way.EMAIL, EMAIL))
        row.answered_at = moment.now
    with database.system_transaction() as session:
        scheduler._failed(session.scalars(select(OutboxMail).where(OutboxMail.to_address == EMAIL)).one())
    assert prompts(database, "link_not_delivered") == []
