"""Adding organisations and accepting the data-sharing terms."""

import secrets

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import OrganisationKind
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.organisations import queries, terms
from portal.organisations.models import Agreement, Organisation

PHASES = ("primary", "secondary", "all-through", "alternative provision", "special", "inclusion")
AREAS = ("kent", "medway", "other")


class NameTakenError(ValueError):
    """Another organisation has this name."""


def add(
    name: str, kind: OrganisationKind, *, phase: str | None = None, area: str = "kent", phone: str | None = None
) -> Organisation:
    """Add an organisation, for the command line and the demo; returns it. Raises NameTakenError."""
    session = db.session()
    taken = select(Organisation.id).where(col(Organisation.name) == name)
    if session.scalars(taken).first() is not None:
        raise NameTakenError(f"There is already an organisation called {name}.")
    made = Organisation(
        key=secrets.token_urlsafe(9),
        name=name,
        kind=kind,
        phase=phase if kind is OrganisationKind.EDUCATION else None,
        area=area,
        phone=phone,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def add_partner(
    actor: Actor, name: str, kind: OrganisationKind, *, phase: str | None, area: str, phone: str | None
) -> Organisation:
    """Add a partner on behalf of a KSAF administrator; returns it. Raises NameTakenError."""
    made = add(name, kind, phase=phase, area=area, phone=phone)
    audit.record(
        actor,
        Action.ORGANISATION_ADDED,
        subject=("organisation", made.id),
        owner_id=made.id,
        name=name,
        kind=kind.value,
    )
    return made


def accept_terms(actor: Actor) -> Agreement:
    """Accept the current terms for the actor's organisation; a second acceptance returns the first."""
    earlier = queries.agreement_in_force(actor)
    if earlier is not None:
        return earlier
    version = terms.current().id
    made = Agreement(
        organisation_id=actor.organisation_id,
        version=version,
        accepted_by_id=actor.user_id,
        accepted_by_name=actor.name,
        accepted_by_role=actor.role_label,
        accepted_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    audit.record(
        actor,
        Action.AGREEMENT_ACCEPTED,
        subject=("agreement", made.id),
        owner_id=actor.organisation_id,
        version=version,
    )
    return made
