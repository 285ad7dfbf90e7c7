"""The week 4 review of a child who has changed school: what the old school reads, and whether it is asked to come."""

from portal import clock, db
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.cases import family_consent, guests, queries
from portal.changes import access
from portal.tenancy import as_system, enter
from tests.cases.conftest import in_support, make_world
from tests.factories import people, support


def let_in(referral, organisation_id: int) -> None:
    with as_system(db.session()):
        db.session().add(
            ReferralParty(
                referral_id=referral.id,
                owner_organisation_id=referral.organisation_id,
                organisation_id=organisation_id,
                role=PartyRole.SHARED,
                scope=Scope.UPDATES,
                ground=Ground.CONSENT,
                basis="The family agreed.",
                is_kept_from_sender=True,
                valid_from=clock.now(),
            )
        )


def offered(person, reference: str) -> list[str]:
    """In words, who can be invited, as somebody reads it."""
    enter(db.session(), person.organisation_id)
    found = queries.open_support(person.actor, reference)
    agreed = family_consent.agreed(person.actor, found.referral)
    return list(guests.can_be_invited(person.actor, found, agreed).values())


def test_the_old_school_reads_no_new_one_and_is_not_asked_once_its_access_has_ended(tx):
    world = make_world()
    referral, _ = in_support(world)
    db.session().add_all(support.agreements(referral, world.officer))
    let_in(referral, people.add_organisation(name="Harbour Steps").id)
    reference = referral.reference
    assert "Harbour Steps" in offered(world.case_manager, reference)
    assert any(each.startswith("Whoever sent the referral") for each in offered(world.case_manager, reference))
    assert "Harbour Steps" not in offered(world.referrer, reference)
    enter(db.session(), world.case_manager.organisation_id)
    access.set_end(queries.open_support(world.case_manager.actor, reference).referral, clock.now())
    assert not any(each.startswith("Whoever sent the referral") for each in offered(world.case_manager, reference))
