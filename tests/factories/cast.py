"""Whom the weeks of support are about: a school, another one, and KSAF's people who help families."""

from dataclasses import dataclass

from portal.access.roles import OrganisationKind, Role
from portal.referrals.models import Referral
from portal.triage import service as triage
from portal.triage.models import Outcome
from tests.factories import people, referrals
from tests.triage.conftest import proposed


@dataclass(frozen=True)
class World:
    """Who there is."""

    referrer: people.Person
    viewer: people.Person
    outsider: people.Person
    officer: people.Person
    manager: people.Person
    other_manager: people.Person
    case_manager: people.Person
    practitioner: people.Person
    other_practitioner: people.Person
    safeguarding: people.Person

    @property
    def managers(self) -> set[int]:
        """The ids of KSAF's managers, who are told together."""
        return {self.manager.user_id, self.other_manager.user_id}


def make_world() -> World:
    """Add them all in the session that is open."""
    school = people.add_organisation(OrganisationKind.EDUCATION, "Larkfield Vale Academy")
    elsewhere = people.add_organisation(OrganisationKind.EDUCATION, "Teasel Primary")
    ksaf = referrals.operator()
    return World(
        referrer=people.add_person(school, Role.REFERRER, "Helen Marsh"),
        viewer=people.add_person(school, Role.VIEWER),
        outsider=people.add_person(elsewhere, Role.REFERRER),
        officer=people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
        manager=people.add_person(ksaf, Role.MANAGER, "Priya Nair"),
        other_manager=people.add_person(ksaf, Role.MANAGER, "Owen Pritchard"),
        case_manager=people.add_person(ksaf, Role.CASE_MANAGER, "Anika Rao"),
        practitioner=people.add_person(ksaf, Role.FAMILY_OUTREACH_PRACTITIONER, "Jo Pemberton"),
        other_practitioner=people.add_person(ksaf, Role.FAMILY_OUTREACH_PRACTITIONER, "Lee Marlow"),
        safeguarding=people.add_person(ksaf, Role.SAFEGUARDING_TEAM, "Colm Daly"),
    )


def decided(world: World, outcome: Outcome) -> Referral:
    """A referral that a manager has decided; the session becomes KSAF's."""
    made = proposed(world, outcome)
    triage.authorise(world.manager.actor, made)
    return made
