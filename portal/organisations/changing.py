"""An organisation gets another name, or belongs to another trust: the change is kept with its day."""

from datetime import date

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.organisations.models import ChangeKind, Organisation, OrganisationChange
from portal.organisations.service import NameTakenError


def rename(actor: Actor, organisation: Organisation, name: str, since: date) -> OrganisationChange:
    """Give an organisation another name from now on, which it has `since` a day; return the change.

    What is frozen as it was written keeps the old name. Raises NameTakenError where another has the name.
    """
    taken = select(Organisation.id).where(col(Organisation.name) == name, col(Organisation.id) != organisation.id)
    if db.session().scalars(taken).first() is not None:
        raise NameTakenError(f"There is already an organisation called {name}.")
    made = keep(actor, organisation, ChangeKind.NAME, since, before=organisation.name, after=name)
    organisation.name = name
    db.session().flush()
    _record(actor, organisation, Action.ORGANISATION_RENAMED, before=made.before, after=name)
    return made


def move_to_trust(actor: Actor, organisation: Organisation, trust: str, since: date) -> OrganisationChange:
    """Note that a school belongs to `trust` (empty: to none) `since` a day; return the change. It opens nothing."""
    made = keep(actor, organisation, ChangeKind.TRUST, since, before=trust_of(organisation), after=trust)
    _record(actor, organisation, Action.ORGANISATION_MOVED, before=made.before, after=trust)
    return made


def trust_of(organisation: Organisation) -> str:
    """Return the trust that KSAF noted last for `organisation`; empty for none."""
    noted = select(OrganisationChange.after).where(
        col(OrganisationChange.about_id) == organisation.id, col(OrganisationChange.kind) == ChangeKind.TRUST
    )
    return db.session().scalars(noted.order_by(col(OrganisationChange.id).desc()).limit(1)).first() or ""


def keep(
    actor: Actor,
    organisation: Organisation,
    kind: ChangeKind,
    since: date,
    *,
    before: str = "",
    after: str = "",
    reason: str | None = None,
) -> OrganisationChange:
    """Add one change to the organisation's history and return it."""
    made = OrganisationChange(
        organisation_id=actor.organisation_id,
        about_id=organisation.id or 0,
        kind=kind,
        before=before,
        after=after,
        since=since,
        reason=reason,
        changed_by_id=actor.user_id,
        changed_by_name=actor.name,
        changed_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    return made


def _record(actor: Actor, organisation: Organisation, action: Action, **detail: str) -> None:
    audit.record(actor, action, subject=("organisation", organisation.id), owner_id=organisation.id, **detail)
