"""Every first page asks the same few questions, however much there is to show."""

from portal import db
from portal.access.models import Scope
from portal.access.roles import OPERATOR_ROLES, OrganisationKind, Role
from portal.referrals import lifecycle
from portal.referrals.queries import get_referral
from portal.referrals.rules import Event
from portal.tenancy import enter
from tests.factories import people, referrals, support
from tests.factories.statements import counted

MOST = 8


def test_first_pages_ask_at_most_eight_times_and_not_more_for_more_rows(client_of, database, moment):
    with database.transaction():
        cast = {role.value: referrals.staff(role) for role in sorted(OPERATOR_ROLES)}
        for kind in OrganisationKind:
            if kind is not OrganisationKind.OPERATOR:
                cast[kind.value] = people.add_person(people.add_organisation(kind), Role.ORGANISATION_ADMIN)
    _fill(database, cast)
    few = _count(client_of, database, cast)
    for _ in range(6):
        moment.advance(minutes=1)
        _fill(database, cast)
    many = _count(client_of, database, cast)
    print({name: len(asked) for name, asked in many.items()})
    assert {name: len(asked) for name, asked in few.items()} == {name: len(asked) for name, asked in many.items()}
    assert {name: asked for name, asked in many.items() if len(asked) > MOST} == {}


def _count(client_of, database, cast) -> dict[str, list[str]]:
    found = {}
    for name, person in cast.items():
        client = client_of(person)
        client.get("/")
        with counted(database) as asked:
            answer = client.get("/")
        assert answer.status_code == 200, name
        found[name] = list(asked)
    return found


def _fill(database, cast) -> None:
    """One more of everything: a question, a family in support, one to allocate, a shared one, an unready partner."""
    helen, officer, manager = cast["education"], cast["triage_officer"], cast["manager"]
    with database.transaction():
        asked = referrals.acknowledged(helen, officer).reference
        enter(db.session(), officer.organisation_id)
        lifecycle.move(officer.actor, get_referral(officer.actor, asked), Event.ASK, "KSAF asked")
        for is_begun in (True, False):
            made = referrals.acknowledged(helen, officer)
            lifecycle.move(officer.actor, made, Event.DECIDE, "Decision proposed")
            lifecycle.move(manager.actor, made, Event.AUTHORISE, "Decided")
            if is_begun:
                support.begin(made, cast["case_manager"], cast["family_outreach_practitioner"], "mark")
        shared = referrals.acknowledged(helen, officer)
        for kind in ("local_authority", "health"):
            referrals.share(shared, cast[kind].organisation_id, Scope.UPDATES)
        people.add_organisation(agreed=False)
