"""Where a child has gone stays kept from the old school, on both engines: whatever it or KSAF records afterwards."""

from datetime import timedelta

import pytest

from portal import clock, db
from portal.access.models import ReferralParty, Scope
from portal.access.roles import OrganisationKind
from portal.accountability.viewer import looks, queries
from portal.accountability.viewer.queries import Wanted, Whose
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.consent import queries as consent
from portal.consent.models import Position
from portal.family import links, shown
from portal.family.models import ForWhom, Way
from portal.referrals.models import Attachment, Audience, TimelineEntry
from portal.referrals.sharing import moved
from portal.referrals.sharing import service as sharing
from portal.referrals.sharing.models import NewSchool, SchoolMove
from portal.referrals.sharing.service import SharingRefusedError, Terms
from portal.tenancy import as_system, enter
from portal.transfers.models import Transfer
from tests.changes.conftest import agrees, load, move, read, rows
from tests.factories import people

TERMS = Terms(Scope.UPDATES, "The child goes to this school now.", "3")
GUESSES = ["Harbour Steps", "Somewhere Else Primary"]


def share(cast) -> None:
    """Let Harbour Steps in."""
    new = people.organisation_at(cast.new.organisation_id)
    sharing.share(cast.officer.actor, load(cast, cast.officer), new, TERMS)


def offered_to_end(cast) -> list[str]:
    """Whom the old school reads that the family could stop sharing with."""
    referral = load(cast, cast.helen)
    return [each.name for each in moved.told_of(cast.helen.actor, referral, sharing.consented(referral))]


def reads_about_others(cast) -> list[str]:
    """To whom the family agreed, in what the old school reads of the ledger."""
    referral, helen = load(cast, cast.helen), cast.helen.actor
    ledger = consent.ledger(helen, referral.id, *moved.readable_consent(helen, referral))
    return [each.to_whom for each in ledger if each.purpose.startswith("named_others") and each.to_whom != "KSAF"]


@pytest.mark.parametrize("guess", GUESSES)
def test_a_move_that_the_old_school_records_afterwards_shows_it_nothing(cast, guess):
    move(cast, cast.officer)
    agrees(cast)
    share(cast)
    assert (offered_to_end(cast), reads_about_others(cast)) == ([], [])
    move(cast, cast.helen, guess)
    assert (offered_to_end(cast), reads_about_others(cast)) == ([], [])


@pytest.mark.parametrize("guess", GUESSES)
def test_nor_does_what_ksaf_shares_after_it(cast, guess):
    move(cast, cast.officer)
    move(cast, cast.helen, guess)
    agrees(cast)
    share(cast)
    [party] = rows(ReferralParty, ReferralParty.organisation_id == cast.new.organisation_id)
    assert party.is_kept_from_sender
    assert rows(TimelineEntry, TimelineEntry.kind == "shared")[0].audience is Audience.OPERATOR


def test_a_third_school_opens_nothing_about_the_second(cast, moment):
    move(cast, cast.officer)
    moment.now += timedelta(days=1)
    agrees(cast)
    share(cast)
    moment.now += timedelta(days=1)
    move(cast, cast.officer, "A third school")
    assert (offered_to_end(cast), reads_about_others(cast)) == ([], [])


def test_consent_from_before_the_move_is_asked_again_although_another_school_was_named_since(cast):
    agrees(cast, days=-1)
    move(cast, cast.officer)
    move(cast, cast.helen, "Somewhere Else Primary")
    with pytest.raises(SharingRefusedError, match="Ask them again"):
        share(cast)


def test_only_the_newest_question_is_settled_by_sharing(cast):
    move(cast, cast.officer)
    move(cast, cast.officer, "A third school")
    agrees(cast)
    share(cast)
    assert [each.new_school for each in rows(SchoolMove)] == [None, None]
    move(cast, cast.officer)
    sharing.stop(cast.officer.actor, load(cast, cast.officer), cast.new_key)
    share(cast)
    assert [each.new_school for each in rows(SchoolMove)] == [None, None, NewSchool.SHARED]


def test_a_school_that_came_to_the_portal_since_is_kept_too(cast):
    move(cast, cast.officer, "Weir Bank School")
    weir = people.organisation_at(people.add_person(people.add_organisation(name="Weir bank school")).organisation_id)
    agrees(cast)
    sharing.share(cast.officer.actor, load(cast, cast.officer), weir, TERMS)
    [party] = rows(ReferralParty, ReferralParty.organisation_id == weir.id)
    assert (party.is_kept_from_sender, offered_to_end(cast)) == (True, [])


def test_a_link_of_the_old_school_does_not_name_a_school_that_the_family_has_stopped(cast):
    move(cast, cast.officer)
    agrees(cast, Position.WITHDRAWN, f"named_others:{cast.new_key}")
    move(cast, cast.helen, "Somewhere Else Primary")
    for who, named in ((cast.helen, []), (cast.officer, ["Harbour Steps"])):
        made = links.make(who.actor, load(cast, who), links.Wanted(ForWhom.PARENT, Way.PAPER))
        link = links.find(links.path_of(made).rpartition("/")[2])
        assert [each.name for each in shown.stopped(link)] == named


def looked_at(cast) -> list[tuple[str, Attachment | Transfer]]:
    """A file of the referral and an offer of it, each by the word for it in the audit."""
    referral = read(cast)
    theirs = {"organisation_id": referral.organisation_id, "referral_id": referral.id}
    file = Attachment(
        **theirs,
        key="a-file",
        filename="plan.pdf",
        content_type="application/pdf",
        size=1,
        digest="1" * 64,
        stored_name="a" * 32,
        uploaded_by_id=cast.officer.user_id,
        uploaded_by_name=cast.officer.name,
        uploaded_at=clock.now(),
    )
    offer = Transfer(
        **theirs,
        key="an-offer",
        to_organisation_id=cast.outsider.organisation_id,
        to_name="Marsh End School",
        to_kind=OrganisationKind.EDUCATION,
        basis="consent",
        content={},
        offered_at=clock.now(),
        offered_by_id=cast.officer.user_id,
        offered_by_name=cast.officer.name,
    )
    with as_system(db.session()):
        db.session().add_all([file, offer])
        db.session().flush()
    return [("attachment", file), ("transfer", offer)]


def test_the_audit_names_a_kept_school_to_its_sender_by_no_file_and_no_offer_either(cast):
    move(cast, cast.officer)
    agrees(cast)
    share(cast)
    seen = {"attachment": Action.ATTACHMENT_READ, "transfer": Action.TRANSFER_VIEWED}
    about = [(seen[word], (word, each.id)) for word, each in looked_at(cast)]
    for action, subject in (*about, (Action.ATTACHMENT_READ, ("attachment", 10**9))):
        for person in (cast.new, cast.outsider):
            audit.record(person.actor, action, subject=subject, owner_id=cast.helen.organisation_id)
    enter(db.session(), cast.admin.organisation_id)
    lines = queries.events(cast.admin.actor, Wanted(whose=Whose.OTHERS)).lines
    told = [(each.event.action, each.organisation) for each in lines if each.organisation != "KSAF"]
    assert sorted(told) == sorted((action, "Marsh End School") for action in seen.values())
    assert {each.organisation for each in looks.lookers(cast.admin.actor, read(cast))} == {"Marsh End School"}
    enter(db.session(), cast.manager.organisation_id)
    assert "Harbour Steps" in {each.organisation for each in looks.lookers(cast.manager.actor, read(cast))}
