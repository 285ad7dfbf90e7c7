"""Check your answers, send, confirmation: as a browser meets them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from portal.access.models import PartyRole, ReferralParty
from portal.access.roles import OrganisationKind, Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.consent import wording
from portal.consent.models import ConsentEvent
from portal.notifications.models import OutboxMail
from portal.referrals.models import TimelineEntry
from tests.factories import people, referrals
from tests.factories.answers import PROTECTION, SCHOOL

CLICKS = 20


def world_of(database, answers=None):
    """Add a school with a referrer and a viewer, and a committed draft; return the three and the draft's address."""
    with database.transaction():
        organisation = people.add_organisation()
        writer, viewer = people.add_person(organisation), people.add_person(organisation, Role.VIEWER)
        referrals.staff()
        draft = referrals.draft(writer, answers)
    return writer, viewer, f"/referrals/{draft.reference}"


@pytest.fixture
def world(database, moment):
    return world_of(database)


def count(database, model, *criteria):
    with database.system_transaction(write=False) as session:
        return len(session.scalars(select(model).where(*criteria)).all())


def test_the_page_shows_every_answer_in_words_with_a_way_to_change_it(client_of, world):
    writer, _, at = world
    page = client_of(writer).get(f"{at}/check-answers").text
    for shown in ("Amira", "27 March 2014", "68.4%", "They hold parental responsibility", "Not answered"):
        assert shown in page
    assert f'{at}/sections/child-and-family#date_of_birth-day"' in page
    assert "Where is the child now, and who is with them?" not in page, "asked only of a child at risk"
    assert "Sana Khan (Mother) agreed on 19 November 2026, face to face." in page
    assert "Agreed that KSAF may use this information to offer the family support; KSAF may tell" in page
    assert "Tuesday 24 November 2026 at 5pm" in page
    assert "Send referral to KSAF" in page


def test_sending_leads_to_a_confirmation_that_survives_reload(client_of, world):
    writer, _, at = world
    client = client_of(writer)
    assert client.get(f"{at}/sent").status_code == 404
    answer = client.post(f"{at}/submit")
    assert (answer.status_code, answer.location) == (303, f"{at}/sent")
    pages = [client.get(f"{at}/sent") for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert "Monday 30 November 2026 at 5pm" in pages[1].text
    assert at.rpartition("/")[2] in pages[1].text
    assert client.get(f"{at}/check-answers").location == f"{at}/sent"
    assert client.get(f"{at}/submit").status_code == 303


def test_what_is_missing_comes_back_with_a_link_to_the_very_question(client_of, database, moment):
    writer, _, at = world_of(database, {**SCHOOL, "presenting_worries": "", "consent_date": ""})
    client = client_of(writer)
    assert "Before you can send it" in client.get(f"{at}/check-answers").text
    answer = client.post(f"{at}/submit")
    assert answer.status_code == 422
    assert "Error: Check your answers" in answer.text
    assert f'href="{at}/sections/reason#presenting_worries"' in answer.text
    assert f'href="{at}/sections/consent-and-contact#consent_date-day"' in answer.text
    assert client.get(f"{at}/sent").status_code == 404


def test_without_an_agreement_the_page_says_where_to_accept_it(client_of, database, moment):
    with database.transaction():
        writer = people.add_person(people.add_organisation(agreed=False))
        reference = referrals.draft(writer).reference
    answer = client_of(writer).post(f"/referrals/{reference}/submit")
    assert answer.status_code == 422
    assert 'href="/agreement"' in answer.text


def test_the_same_form_sent_twice_arrives_at_the_same_confirmation(client_of, world, database):
    writer, _, at = world
    client = client_of(writer)
    first, second = (client.post(f"{at}/submit", data={"request_key": "one-key"}) for _ in range(2))
    assert first.location == second.location == f"{at}/sent"
    assert count(database, OutboxMail, col(OutboxMail.template) == "referrals/receipt") == 1


def test_twenty_at_once_send_one_referral(client_of, world, database):
    writer, _, at = world
    clients = [client_of(writer) for _ in range(CLICKS)]
    with ThreadPoolExecutor(CLICKS) as pool:
        answers = list(pool.map(lambda client: client.post(f"{at}/submit"), clients))
    assert Counter((answer.status_code, answer.location) for answer in answers) == {(303, f"{at}/sent"): CLICKS}
    moved = count(database, AuditEvent, col(AuditEvent.action) == Action.REFERRAL_MOVED)
    parties = count(database, ReferralParty, col(ReferralParty.role) == PartyRole.OPERATOR)
    told = count(database, TimelineEntry), count(database, OutboxMail), count(database, ConsentEvent)
    print(f"{CLICKS} at once: {moved} transition, {told[2]} consent entries, {told[1]} mails")
    assert (moved, parties, *told) == (1, 1, 1, 2, len(wording.current().purposes))


def test_who_may_not_send_is_told_so_and_outsiders_find_nothing(client_of, world, database):
    _, viewer, at = world
    reader = client_of(viewer)
    assert reader.get(f"{at}/check-answers").status_code == 403
    assert reader.post(f"{at}/submit").status_code == 403
    with database.transaction():
        outsider = people.add_person(people.add_organisation(OrganisationKind.HEALTH))
    stranger = client_of(outsider)
    for address in (f"{at}/check-answers", f"{at}/sent", f"{at}/submit"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"{at}/submit").status_code == 404


def test_sharing_for_protection_speaks_differently_of_the_family(client_of, database, moment):
    answers = {**SCHOOL, **PROTECTION, "pathway_wished": "not_sure"}
    writer, _, at = world_of(database, answers)
    client = client_of(writer)
    assert "Shared for protection, without consent" in client.get(f"{at}/check-answers").text
    assert client.post(f"{at}/submit").status_code == 303
    assert "You recorded that the family has not been told" in client.get(f"{at}/sent").text


def test_an_urgent_referral_goes_now_and_says_what_is_still_owed(client_of, database, moment):
    urgent = {key: SCHOOL[key] for key in ("child_first_name", "child_last_name", "child_area", "contact_name")}
    writer, _, at = world_of(database, {**urgent, "contact_phone": SCHOOL["contact_phone"], "child_safe_now": "no"})
    client = client_of(writer)
    assert "To send afterwards" in client.get(f"{at}/check-answers").text
    assert client.post(f"{at}/submit").status_code == 303
    page = client.get(f"{at}/sent").text
    assert "What we still need from you" in page
    assert "What are you worried about?" in page
