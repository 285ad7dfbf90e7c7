"""Whose an offer is: the referral's parties', and the service's it is offered to, which reaches nothing else."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal import clock, db
from portal.access.roles import OrganisationKind, Role
from portal.referrals.models import Referral, ReferralSection
from portal.tenancy import TenancyError, as_system, enter
from portal.transfers.models import Transfer
from tests.factories import people, referrals

pytestmark = pytest.mark.usefixtures("tx")


def _referred() -> tuple[Referral, people.Person, people.Person]:
    school = people.add_organisation(OrganisationKind.EDUCATION, "Oak School")
    referrer, officer = people.add_person(school, Role.REFERRER), referrals.staff()
    return referrals.acknowledged(referrer, officer), referrer, officer


def _receiver(name: str) -> people.Person:
    return people.add_person(people.add_organisation(OrganisationKind.COMMUNITY, name), Role.REFERRER)


def _offer(referral: Referral, by: people.Person, to: people.Person, key: str = "offer") -> Transfer:
    return Transfer(
        key=key,
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        to_organisation_id=to.organisation_id,
        to_name="Family Hub",
        basis="consent",
        content={"note": "Mornings are hard."},
        offered_at=clock.now(),
        offered_by_id=by.user_id,
        offered_by_name=by.name,
    )


def _seen_by(person: people.Person) -> list[str]:
    enter(db.session(), person.organisation_id)
    return [row.key for row in db.session().scalars(select(Transfer))]


def test_the_receiver_reaches_its_offer_and_never_the_referral() -> None:
    receiver, third = _receiver("Family Hub"), _receiver("Another service")
    referral, referrer, officer = _referred()
    db.session().add(_offer(referral, officer, receiver))
    db.session().flush()
    assert [_seen_by(each) for each in (receiver, referrer, officer)] == [["offer"]] * 3
    assert _seen_by(third) == []
    enter(db.session(), receiver.organisation_id)
    assert db.session().scalars(select(Referral)).all() == []
    assert db.session().scalars(select(ReferralSection)).all() == []


def test_a_receiver_answers_its_offer_but_makes_none_to_itself() -> None:
    receiver = _receiver("Family Hub")
    referral, _, officer = _referred()
    session = db.session()
    session.add(_offer(referral, officer, receiver))
    own = _offer(referral, officer, receiver, "own")
    enter(session, receiver.organisation_id)
    session.scalars(select(Transfer)).one().answered_at = clock.now()
    session.flush()
    session.add(own)
    with pytest.raises(TenancyError):
        session.flush()


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_postgresql_refuses_a_receivers_own_offer_underneath() -> None:
    receiver, (referral, _, officer) = _receiver("Family Hub"), _referred()
    session = db.session()
    session.add(_offer(referral, officer, receiver))
    session.flush()
    with as_system(session):
        connection = session.connection()
    enter(session, receiver.organisation_id)
    with pytest.raises(DBAPIError, match="row-level security"):
        connection.execute(
            text(
                "INSERT INTO transfer (key, organisation_id, referral_id, to_organisation_id, to_name, state, basis,"
                " content, offered_at, offered_by_id, offered_by_name)"
                " SELECT 'own', organisation_id, referral_id, to_organisation_id, to_name, state, basis, content,"
                " offered_at, offered_by_id, offered_by_name FROM transfer"
            )
        )


def test_an_offer_reaches_somebody() -> None:
    receiver, (referral, _, officer) = _receiver("Family Hub"), _referred()
    nobody = _offer(referral, officer, receiver)
    nobody.to_organisation_id = None
    db.session().add(nobody)
    with pytest.raises(DBAPIError, match="reaches_somebody"):
        db.session().flush()
