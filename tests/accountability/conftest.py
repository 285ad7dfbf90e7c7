"""A school with its admin, another school, and KSAF, with one referral that several people have opened."""

from dataclasses import dataclass

import pytest

from portal.access.roles import Role
from portal.referrals.models import Referral
from portal.referrals.record import note_view
from tests.factories import people, referrals


@dataclass(frozen=True)
class Cast:
    """Who there is, and the referral."""

    referrer: people.Person
    admin: people.Person
    stranger: people.Person
    officer: people.Person
    safeguarding: people.Person
    manager: people.Person
    referral: Referral


@pytest.fixture
def cast(database, moment) -> Cast:
    """Kept in the database: the referral was sent and acknowledged, and the officer has opened it twice."""
    with database.transaction():
        school, other = people.add_organisation(name="Larkfield Vale Academy"), people.add_organisation()
        referrer = people.add_person(school, Role.REFERRER, "Hannah Marsh")
        officer = people.add_person(referrals.operator(), Role.TRIAGE_OFFICER, "Sam Osei")
        made = Cast(
            referrer,
            people.add_person(school, Role.ORGANISATION_ADMIN, "Devi Patel"),
            people.add_person(other, Role.ORGANISATION_ADMIN, "Otto Price"),
            officer,
            people.add_person(referrals.operator(), Role.SAFEGUARDING_TEAM, "Grace Adu"),
            people.add_person(referrals.operator(), Role.MANAGER, "Ruth Lane"),
            referrals.acknowledged(referrer, officer),
        )
    for page in ("timeline", "assessment"):
        with database.transaction(tenant=officer.organisation_id, write=False):
            note_view(officer.actor, made.referral, page)
    return made
