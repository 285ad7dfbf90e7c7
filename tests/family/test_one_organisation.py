"""The family ends the sharing with one organisation: that one sees nothing at its next request, the others go on."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal import clock, db
from portal.access.models import Ground, ReferralParty, Scope
from portal.access.roles import OrganisationKind, Role
from portal.consent.models import ConsentEvent
from portal.family import links
from portal.family.links import Wanted
from portal.family.models import ForWhom, Way
from portal.organisations.models import Organisation
from portal.referrals.sharing import service as sharing
from portal.referrals.sharing.service import SharingRefusedError, Terms
from portal.tenancy import as_system
from portal.transfers.models import Transfer
from portal.transfers.rules import TransferState
from tests.factories import people, referrals
from tests.factories.referrals import load_for
from tests.family.conftest import SANA, Visit, prompts, rows
from tests.family.test_withdrawal import CHANGE, _as_transfers, shared
from tests.transfers.conftest import NOTE, moving_on, offered, offered_outside


@pytest.fixture
def visit(app, database, kept_world) -> Visit:
    """A browser that has answered, with the hub and a surgery let in by consent."""
    with database.transaction():
        referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        shared(kept_world, referral)
        surgery = people.add_person(people.add_organisation(OrganisationKind.HEALTH, "Weir Surgery"), Role.REFERRER)
        referrals.share(referral, surgery.organisation_id, Scope.STATUS)
        with as_system(db.session()):
            party = db.session().scalars(select(ReferralParty).order_by(ReferralParty.id.desc())).first()
            party.ground, party.valid_to = Ground.CONSENT, clock.now() + timedelta(weeks=13)
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
        made = Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)
    made.answer()
    return made


def key_of(database, name: str) -> str:
    with database.system_transaction(write=False):
        return db.session().scalars(select(Organisation.key).where(Organisation.name == name)).one()


def said(database) -> list[tuple[str, str, str]]:
    about = [each for each in rows(database, ConsentEvent) if each.purpose.startswith("named_others:")]
    return [(each.purpose, each.position.value, each.to_whom) for each in about]


def test_one_is_stopped_and_hears_that_it_ended_not_why_while_the_other_goes_on(database, client_of, kept_world, visit):
    hub, key = client_of(kept_world.hub), key_of(database, "Family Hub")
    assert hub.get(f"/referrals/{visit.reference}").status_code == 200
    page = visit.get().text
    assert f"sharing-with?organisation={key}" in page
    assert "Stop sharing with Family Hub" in visit.get(f"/sharing-with?organisation={key}").text
    answer = visit.post("/sharing-with", organisation=key, answer="no", **SANA)
    assert (answer.status_code, answer.location) == (303, visit.path)
    assert hub.get(f"/referrals/{visit.reference}").status_code == 404
    assert said(database) == [(f"named_others:{key}", "withdrawn", "Family Hub")]
    [prompt] = prompts(database, "sharing_ended")
    assert prompt.user_id == kept_world.hub.user_id
    page = hub.get(f"/prompts/{prompt.key}").text.partition("<main")[2]  # the navigation says "Disagreements"
    assert "no longer shares" in page
    assert "agree" not in page
    after = visit.get().text
    assert "Weir Surgery" in after
    assert "you have stopped the sharing" in after
    assert len(prompts(database, "consent_ended")) == 1
    officer = client_of(kept_world.officer)
    assert "Family Hub" in officer.get(f"/referrals/{visit.reference}?tab=consent").text


def test_ksaf_cannot_let_it_in_again_until_the_family_says_so(database, client_of, kept_world, visit):
    key = key_of(database, "Family Hub")
    visit.post("/sharing-with", organisation=key, answer="no", **SANA)
    officer, path = client_of(kept_world.officer), f"/referrals/{visit.reference}/share"
    terms = {"organisation": key, "scope": "status", "why": "It runs the breakfast club.", "months": "3"}
    assert "Not with:" in officer.get(path).text
    refused = officer.post(path, data=terms)
    assert refused.status_code == 422
    assert "does not agree that KSAF shares with Family Hub" in refused.text
    assert "It runs the breakfast club." in refused.text
    visit.post("/sharing-with", organisation=key, answer="yes", **SANA)
    assert [position for _, position, _ in said(database)] == ["withdrawn", "given"]
    assert client_of(kept_world.hub).get(f"/referrals/{visit.reference}").status_code == 404
    assert officer.post(path, data=terms).status_code == 303


def test_a_general_yes_does_not_undo_it(database, kept_world, visit):
    key = key_of(database, "Family Hub")
    visit.post("/sharing-with", organisation=key, answer="no", **SANA)
    visit.post("/questions/named_others", position="given", names="Family Hub")
    with database.transaction():
        referral = load_for(kept_world.officer, visit.referral_id)
        hub = people.organisation_at(kept_world.hub.organisation_id)
        with pytest.raises(SharingRefusedError):
            sharing.share(kept_world.officer.actor, referral, hub, Terms(Scope.STATUS, "It asked.", "3"))


def test_who_answers_is_asked_and_a_second_click_changes_nothing(database, visit):
    key = key_of(database, "Family Hub")
    missing = visit.post("/sharing-with", organisation=key, answer="no", name="", capacity="delegated")
    assert missing.status_code == 422
    assert "Enter your full name" in missing.text
    assert said(database) == []
    for _ in range(2):
        assert visit.post("/sharing-with", organisation=key, answer="no", **SANA).status_code == 303
    assert len(said(database)) == 1


@pytest.mark.parametrize("organisation", ["", "nowhere-at-all"])
def test_an_organisation_that_sees_nothing_by_consent_is_not_asked_about(database, visit, organisation):
    key = organisation or key_of(database, "Larkfield Vale Academy")
    assert visit.get(f"/sharing-with?organisation={key}").status_code == 303
    assert visit.post("/sharing-with", organisation=key, answer="no", **SANA).status_code == 303
    assert said(database) == []


def test_what_rests_on_protection_is_neither_shown_nor_ended(app, database, client_of, kept_world):
    with database.transaction():
        referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        shared(kept_world, referral, Ground.PROTECTION)
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
        visit = Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)
    visit.answer()
    key = key_of(database, "Family Hub")
    assert key not in visit.get().text
    visit.post("/sharing-with", organisation=key, answer="no", **SANA)
    assert client_of(kept_world.hub).get(f"/referrals/{visit.reference}").status_code == 200


def test_a_young_person_gives_a_view_and_ends_nothing(app, database, client_of, kept_world):
    with database.transaction():
        referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
        shared(kept_world, referral)
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.YOUNG_PERSON, Way.PAPER))
        visit = Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)
    visit.check()
    key = key_of(database, "Family Hub")
    assert visit.get(f"/sharing-with?organisation={key}").status_code == 303
    visit.post("/sharing-with", organisation=key, answer="no", **SANA)
    assert client_of(kept_world.hub).get(f"/referrals/{visit.reference}").status_code == 200


def test_somebody_writes_it_down_for_the_family(database, client_of, kept_world, visit):
    officer, path = client_of(kept_world.officer), f"/referrals/{visit.reference}/consent-change"
    assert "Family Hub" in officer.get(path).text
    key = key_of(database, "Family Hub")
    unknown = officer.post(path, data=CHANGE | {"stop_with": "nowhere-at-all"})
    assert unknown.status_code == 422
    assert officer.post(path, data=CHANGE | {"stop_with": key}).status_code == 303
    assert said(database) == [(f"named_others:{key}", "withdrawn", "Family Hub")]
    assert client_of(kept_world.hub).get(f"/referrals/{visit.reference}").status_code == 404


def test_an_offer_to_it_is_withdrawn_and_one_to_another_waits_on(app, database, client_of, kept_world):
    with database.transaction():
        world = _as_transfers(kept_world)
        referral = moving_on(world)
        offered(world, referral)
        offered_outside(world, referral)
        shared(kept_world, referral)
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
        visit = Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)
    visit.answer()
    visit.post("/sharing-with", organisation=key_of(database, "Family Hub"), answer="no", **SANA)
    states = [each.state for each in rows(database, Transfer)]
    assert states == [TransferState.WITHDRAWN, TransferState.OFFERED]


def test_a_service_that_has_accepted_reads_no_more_of_what_was_handed_over(app, database, client_of, kept_world):
    with database.transaction():
        world = _as_transfers(kept_world)
        referral = moving_on(world)
        key = offered(world, referral).key
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
        visit = Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)
    visit.answer()
    hub = client_of(kept_world.hub)
    assert hub.post(f"/transfers/{key}/accept").status_code == 303
    assert NOTE in hub.get(f"/transfers/{key}").text
    visit.post("/sharing-with", organisation=key_of(database, "Family Hub"), answer="no", **SANA)
    assert NOTE not in hub.get(f"/transfers/{key}").text
    assert hub.get(f"/referrals/{visit.reference}").status_code == 404
