"""What waits for the people of an organisation, and when they are away."""

import secrets
from datetime import timedelta

from portal import clock, db, references
from portal.access.roles import OrganisationKind, Role
from portal.referrals.rules import State
from portal.tenancy import as_system
from portal.timescales.models import Absence, Prompt
from tests.factories.people import Person


def added(
    organisation_id: int, people: dict[Role, Person], sent: dict[State, str]
) -> tuple[dict[Role, str], dict[Role, str]]:
    """Give everyone something waiting, and time away in a year with the first of them standing in; return the keys."""
    session, now = db.session(), clock.now()
    deputy, away = next(iter(people.values())), now.date() + timedelta(days=365)
    prompts, absences = dict[Role, str](), dict[Role, str]()
    with as_system(session):
        for role, person in people.items():
            prompts[role], absences[role] = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
            waits = Prompt(
                key=prompts[role],
                organisation_id=organisation_id,
                user_id=person.user_id,
                kind="acknowledge:missed" if person.kind is OrganisationKind.OPERATOR else "chase:due",
                reference=sent.get(State.SENT) or references.new(),
                due_at=now - timedelta(hours=1),
                opened_at=now,
            )
            leave = Absence(
                key=absences[role],
                organisation_id=organisation_id,
                user_id=person.user_id,
                deputy_id=deputy.user_id,
                first_day=away,
                last_day=away,
                made_by_id=person.user_id,
                made_at=now,
            )
            session.add_all([waits, leave])
    return prompts, absences
