"""What a family takes back ends at the next request; what rests on something else, and the record, stay."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import clock, db
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.consent.models import ConsentEvent, Position
from portal.consent.statements import Giver, Statement
from portal.family import changes, links
from portal.family.links import Wanted
from portal.family.models import ForWhom, Way
from portal.referrals.models import TimelineEntry
from portal.tenancy import as_system
from portal.timescales.models import Deadline
from portal.transfers import service as transfers
from portal.transfers.models import Transfer
from portal.transfers.rules import TransferState
from tests.factories import referrals
from tests.factories.referrals import load_for
from tests.family.conftest import ANSWERS, SANA, Visit, ledger, mails, prompts, rows
from tests.transfers.conftest import NOTE, mails_to, moving_on, offered, offered_outside
from tests.transfers.conftest import World as TransferWorld

CHANGE = {
    "given_by": "Sana Khan",
    "capacity": "parental_responsibility",
    "method": "phone",
    "said_on": ["23", "11", "2026"],
    "limits": "",
    **{f"purpose_{key}": "same" for key in ANSWERS},
}
NO_OTHERS = {**CHANGE, "purpose_named_others": "refused"}


PROTECTED = "To protect the child. Asking would put the child at risk."


def shared(world, referral, ground: Ground = Ground.CONSENT) -> None:
    """Let the hub see a referral, on `ground`."""
    referrals.share(referral, world.hub.organisation_id, Scope.ALL)
    with as_system(db.session()):
        let_in = select(ReferralParty).where(col(ReferralParty.role) == PartyRole.SHARED)
        party = db.session().scalars(let_in.order_by(col(ReferralParty.id))).all()[-1]
        party.ground, party.valid_to = ground, clock.now() + timedelta(weeks=13)
        if ground is Ground.PROTECTION:
            party.basis = PROTECTED


@pytest.fixture
def visit_with(app, database, kept_world):
    """Return a function that makes a referral as `prepare` wants it, and opens a browser at its family's link."""

    def make(prepare=lambda referral: None) -> Visit:
        with database.transaction():
            referral = referrals.acknowledged(kept_world.referrer, kept_world.officer)
            prepare(referral)
            row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
            return Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)

    return make


def test_the_partners_next_request_is_refused_and_it_learns_that_it_ended_not_why(
    database, client_of, kept_world, visit_with
):
    visit = visit_with(lambda referral: shared(kept_world, referral))
    visit.answer()
    hub, path = client_of(kept_world.hub), f"/referrals/{visit.reference}"
    assert hub.get(path).status_code == 200
    visit.post("/questions/named_others", position="refused")
    assert hub.get(path).status_code == 404
    [prompt] = prompts(database, "sharing_ended")
    assert (prompt.user_id, prompt.organisation_id) == (kept_world.hub.user_id, kept_world.hub.organisation_id)
    page = hub.get(f"/prompts/{prompt.key}").text.partition("<main")[2]  # the navigation says "Disagreements"
    assert "no longer shares" in page
    assert not any(word in page for word in ("consent", "agree", "Amira", path))
    assert visit.reference in hub.get("/").text
    assert len(prompts(database, "consent_ended")) == 1
    assert kept_world.officer.email in {each.to_address for each in mails(database, "changed")}


def test_what_rests_on_protection_goes_on_with_its_basis_named_and_unknown_to_the_page(
    client_of, kept_world, visit_with
):
    visit = visit_with(lambda referral: shared(kept_world, referral, Ground.PROTECTION))
    visit.answer()
    assert "Family Hub" not in visit.get().text
    visit.post("/stop", **SANA)
    assert client_of(kept_world.hub).get(f"/referrals/{visit.reference}").status_code == 200
    people = client_of(kept_world.officer).get(f"/referrals/{visit.reference}?tab=people").text
    assert PROTECTED in people


def test_both_sides_keep_the_record_and_the_whole_ledger(database, client_of, kept_world, visit_with):
    visit = visit_with()
    visit.answer()
    entries = len(rows(database, TimelineEntry))
    visit.post("/stop", **SANA)
    for person in (kept_world.officer, kept_world.referrer):
        for tab in ("", "?tab=referral", "?tab=consent"):
            assert client_of(person).get(f"/referrals/{visit.reference}{tab}").status_code == 200
    assert len(rows(database, TimelineEntry)) > entries
    assert len(ledger(database)) == 2 * len(ANSWERS) - 1


@pytest.mark.parametrize("who", ["officer", "referrer"])
def test_the_same_follows_where_somebody_records_it_for_the_family(database, client_of, kept_world, visit_with, who):
    visit = visit_with(lambda referral: shared(kept_world, referral))
    visit.answer()
    client, path = client_of(getattr(kept_world, who)), f"/referrals/{visit.reference}/consent-change"
    assert "Now: agreed, with limits" in client.get(path).text
    done = client.post(path, data=NO_OTHERS)
    assert (done.status_code, done.headers["Location"]) == (303, f"/referrals/{visit.reference}?tab=consent")
    assert client_of(kept_world.hub).get(f"/referrals/{visit.reference}").status_code == 404
    last = rows(database, ConsentEvent)[-1]
    assert (last.purpose, last.position.value, last.method) == ("named_others", "withdrawn", "phone")
    assert last.recorded_by_id == getattr(kept_world, who).user_id
    assert "Somebody wrote down for you: no." in visit.get().text


def test_others_record_nothing(client_of, kept_world, visit_with):
    visit = visit_with()
    for person, status in ((kept_world.outsider, 404), (kept_world.viewer, 403)):
        path = f"/referrals/{visit.reference}/consent-change"
        assert client_of(person).get(path).status_code == status
        assert client_of(person).post(path, data=NO_OTHERS).status_code == status


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"given_by": ""}, "Enter who told you"),
        ({"said_on": ["24", "11", "2026"]}, "Enter today or a day before it"),
        ({"purpose_named_others": "limited"}, "Enter the limits"),
        ({"purpose_named_others": "same"}, "Select what has changed"),
    ],
)
def test_what_is_missing_is_asked_and_the_rest_stays(database, client_of, kept_world, visit_with, typed, told):
    visit = visit_with()
    path = f"/referrals/{visit.reference}/consent-change"
    answer = client_of(kept_world.officer).post(path, data={**NO_OTHERS, "given_by": "Sana Khan", **typed})
    assert (answer.status_code, told in answer.text) == (422, True)
    assert "23" in answer.text
    assert ledger(database) == []


def test_open_offers_stop_on_the_portal_and_off_it(database, kept_world, app, client_of):
    with database.transaction():
        world = _as_transfers(kept_world)
        referral = moving_on(world)
        offered(world, referral)
        offered_outside(world, referral)
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
        visit = Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)
    with database.system_transaction(write=False):
        handover = mails_to("duty@service.example", "handover")[-1]["path"]
    visit.answer()
    assert app.test_client().get(handover).status_code == 200
    visit.post("/questions/named_others", position="refused")
    assert {each.state for each in rows(database, Transfer)} == {TransferState.WITHDRAWN}
    assert app.test_client().get(handover).status_code == 404
    key = rows(database, Transfer)[0].key
    assert NOTE not in client_of(kept_world.hub).get(f"/transfers/{key}").text


def test_a_service_that_accepted_reads_neither_referral_nor_offer_any_more(database, kept_world, app, client_of):
    with database.transaction():
        world = _as_transfers(kept_world)
        referral = moving_on(world)
        transfer = offered(world, referral)
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
        visit = Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)
        key = transfer.key
    visit.answer()
    hub = client_of(kept_world.hub)
    assert hub.post(f"/transfers/{key}/accept").status_code == 303
    assert NOTE in hub.get(f"/transfers/{key}").text
    visit.post("/questions/named_others", position="refused")
    page = hub.get(f"/transfers/{key}").text
    assert ("no longer shares" in page, NOTE in page) == (True, False)
    assert hub.get(f"/referrals/{visit.reference}").status_code == 404


def test_a_change_of_limits_is_for_ksaf_to_look_at(database, visit_with):
    visit = visit_with()
    visit.answer()
    assert prompts(database, "consent_ended") == []
    visit.post("/questions/updates_to_referrer", position="limited", limits="Nothing about my work.")
    assert len(prompts(database, "consent_ended")) == 1


def test_withdrawing_and_the_end_of_sharing_are_one_transaction(tx, world, monkeypatch):
    """An effect that fails takes the entry of the ledger with it: neither stands alone."""
    referral = referrals.acknowledged(world.referrer, world.officer)
    shared(world, referral)
    row = links.make(world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
    assert row.id
    monkeypatch.setattr(transfers, "withdraw_all", _fail)
    giver = Giver("Sana", "parental_responsibility", "phone", None)
    changes.record(world.officer.actor, referral, [Statement("named_others", Position.GIVEN)], giver)
    with pytest.raises(OSError, match="full"), tx.begin_nested():
        changes.record(world.officer.actor, referral, [Statement("named_others", Position.WITHDRAWN)], giver)
    referral = load_for(world.officer, referral.id)
    assert changes.standing(world.officer.actor, referral)["named_others"].permits


def _fail(*_args: object) -> None:
    raise OSError("full")


def _as_transfers(world):
    return TransferWorld(world.referrer, world.officer, world.manager, world.hub, world.outsider)


def test_on_pathway_3_the_time_to_offer_ends_in_words_and_runs_again_with_a_yes(app, database, kept_world):
    with database.transaction():
        referral = moving_on(_as_transfers(kept_world))
        row = links.make(kept_world.officer.actor, referral, Wanted(ForWhom.PARENT, Way.PAPER))
        visit = Visit(app.test_client(), links.path_of(row), referral.reference, referral.id)

    def owed() -> list[tuple[str, str | None]]:
        found = [each for each in rows(database, Deadline) if each.kind == "onward_offer"]
        return [(each.state.value, each.ended_why) for each in found]

    visit.answer()
    assert owed() == [("running", None)]
    visit.post("/questions/named_others", position="refused")
    ended = ("cancelled", "The family no longer agrees that KSAF shares with others.")
    assert owed() == [ended]
    visit.post("/questions/named_others", position="given", names="Family Hub")
    assert owed() == [ended, ("running", None)]
