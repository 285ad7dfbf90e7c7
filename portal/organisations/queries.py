"""Reading organisations and their agreements."""

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.organisations import terms
from portal.organisations.models import Agreement, Organisation
from portal.tenancy import as_system


def agreement_in_force(actor: Actor) -> Agreement | None:
    """Return the actor's organisation's acceptance of the current terms, or None: then it may not refer."""
    return (
        db.session()
        .scalars(
            select(Agreement)
            .where(
                col(Agreement.organisation_id) == actor.organisation_id,
                col(Agreement.version) == terms.current().id,
            )
            .order_by(col(Agreement.id))
        )
        .first()
    )


def organisations(actor: Actor) -> list[tuple[Organisation, Agreement | None]]:
    """Return every organisation by name, each with its acceptance of the current terms, for KSAF's administrators.

    Raises PermissionError for anyone else: an organisation's name is no secret, the list of partners is.
    """
    if not actor.may(Permission.ORGANISATION_READ):
        raise PermissionError
    session, version = db.session(), terms.current().id
    with as_system(session):
        rows = session.execute(
            select(Organisation, Agreement)
            .join(
                Agreement,
                (col(Agreement.organisation_id) == col(Organisation.id)) & (col(Agreement.version) == version),
                isouter=True,
            )
            .order_by(col(Organisation.name))
        ).all()
    return [(organisation, agreement) for organisation, agreement in rows]


def agreement_of(actor: Actor, organisation: Organisation) -> Agreement | None:
    """Return an organisation's acceptance of the current terms, for KSAF's administrators. Raises PermissionError."""
    return next((agreement for one, agreement in organisations(actor) if one.id == organisation.id), None)


def get_organisation(actor: Actor, key: str) -> Organisation | None:
    """Return the organisation with public `key`: any for KSAF's administrators, their own for everyone else."""
    found = db.session().scalars(select(Organisation).where(col(Organisation.key) == key)).first()
    if found is None or actor.may(Permission.ORGANISATION_READ) or found.id == actor.organisation_id:
        return found
    return None


def system_named(name: str) -> Organisation | None:
    """Return the organisation of that exact name, for the command line."""
    return db.session().scalars(select(Organisation).where(col(Organisation.name) == name)).first()
