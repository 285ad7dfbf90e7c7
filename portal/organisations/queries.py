"""Reading organisations and their agreements."""

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal import db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import OrganisationKind
from portal.organisations import terms
from portal.organisations.models import Agreement, ChangeKind, Organisation, OrganisationChange
from portal.tenancy import as_system

FIRST = 20
"""Rows of a list on a first page; the list of organisations has the rest."""


def agreement_in_force(actor: Actor) -> Agreement | None:
    """Return the actor's organisation's acceptance of the current terms, or None: then it may not refer."""
    return db.session().scalars(_acceptances(actor.organisation_id)).first()


def organisations(actor: Actor, called: str = "") -> list[tuple[Organisation, Agreement | None]]:
    """Return every organisation by name, each with its acceptance of the current terms, for KSAF's administrators.

    Only those whose name, or a former one, holds `called`, where that is given.

    Raises PermissionError for anyone else: an organisation's name is no secret, the list of partners is.
    """
    _require_reader(actor)
    session, version = db.session(), terms.current().id
    with as_system(session):
        rows = session.execute(
            select(Organisation, Agreement)
            .join(
                Agreement,
                (col(Agreement.organisation_id) == col(Organisation.id)) & (col(Agreement.version) == version),
                isouter=True,
            )
            .where(*(_named_like(called) if called else ()))
            .order_by(col(Organisation.name))
        ).all()
    return [(organisation, agreement) for organisation, agreement in rows]


def without_agreement(actor: Actor) -> list[Organisation]:
    """Return the partners that have not accepted the current terms, the newest first, for KSAF's administrators.

    Raises PermissionError for anyone else.
    """
    _require_reader(actor)
    session = db.session()
    accepted = select(Agreement.organisation_id).where(col(Agreement.version) == terms.current().id)
    wanted = select(Organisation).where(
        col(Organisation.kind) != OrganisationKind.OPERATOR,
        col(Organisation.active),
        col(Organisation.id).not_in(accepted),
    )
    newest = wanted.order_by(col(Organisation.created_at).desc(), col(Organisation.id).desc())
    with as_system(session):
        return list(session.scalars(newest.limit(FIRST)).all())


def partners(actor: Actor) -> list[Organisation]:
    """Return the partners that have accepted the current terms, by name: whom KSAF's people may share or work with.

    A councillor points families to KSAF and nothing more (DOMAIN), so none is among them. Raises PermissionError for
    anyone else.
    """
    if not actor.is_operator:
        raise PermissionError
    session = db.session()
    accepted = select(Agreement.organisation_id).where(col(Agreement.version) == terms.current().id)
    with as_system(session):
        found = select(Organisation).where(
            col(Organisation.kind).not_in((OrganisationKind.OPERATOR, OrganisationKind.COUNCILLOR)),
            col(Organisation.active),
            col(Organisation.id).in_(accepted),
        )
        return list(session.scalars(found.order_by(col(Organisation.name))).all())


def agreement_of(actor: Actor, organisation: Organisation) -> Agreement | None:
    """Return an organisation's acceptance of the current terms, for KSAF's administrators. Raises PermissionError."""
    _require_reader(actor)
    session = db.session()
    with as_system(session):
        return session.scalars(_acceptances(organisation.id or 0)).first()


def get_organisation(actor: Actor, key: str) -> Organisation | None:
    """Return the organisation with public `key`: any for KSAF's administrators, their own for everyone else."""
    found = db.session().scalars(select(Organisation).where(col(Organisation.key) == key)).first()
    if found is None or actor.may(Permission.ORGANISATION_READ) or found.id == actor.organisation_id:
        return found
    return None


def operator() -> Organisation:
    """Return KSAF's own organisation. Raises LookupError before one has been added."""
    of_kind = select(Organisation).where(col(Organisation.kind) == OrganisationKind.OPERATOR)
    found = db.session().scalars(of_kind.order_by(col(Organisation.id))).first()
    if found is None:
        raise LookupError("There is no operator organisation yet: add it with `portal organisations add`.")
    return found


def named(key: str) -> Organisation | None:
    """Return the organisation with public `key`, whoever asks: what it is called is no secret between partners."""
    return db.session().scalars(select(Organisation).where(col(Organisation.key) == key)).first()


def history(actor: Actor, organisation: Organisation) -> list[OrganisationChange]:
    """Return what changed about `organisation`, the newest first: for KSAF's administrators, and nothing to others."""
    if not actor.may(Permission.ORGANISATION_READ):
        return []
    changes = select(OrganisationChange).where(col(OrganisationChange.about_id) == organisation.id)
    return list(db.session().scalars(changes.order_by(col(OrganisationChange.id).desc())).all())


def former_names(actor: Actor) -> dict[int, list[str]]:
    """Return the names that organisations had before, the newest first, by the organisation. Raises PermissionError."""
    _require_reader(actor)
    renamed = select(OrganisationChange).where(col(OrganisationChange.kind) == ChangeKind.NAME)
    found: dict[int, list[str]] = {}
    for each in db.session().scalars(renamed.order_by(col(OrganisationChange.id).desc())):
        found.setdefault(each.about_id, []).append(each.before)
    return found


def _named_like(called: str) -> tuple[ColumnElement[bool]]:
    wanted = called.lower()
    formerly = select(OrganisationChange.about_id).where(
        col(OrganisationChange.kind) == ChangeKind.NAME,
        func.lower(col(OrganisationChange.before)).contains(wanted, autoescape=True),
    )
    now = func.lower(col(Organisation.name)).contains(wanted, autoescape=True)
    return (or_(now, col(Organisation.id).in_(formerly)),)


def system_named(name: str) -> Organisation | None:
    """Return the organisation of that exact name, for the command line."""
    return db.session().scalars(select(Organisation).where(col(Organisation.name) == name)).first()


def _acceptances(organisation_id: int) -> SelectOfScalar[Agreement]:
    """Return the select of an organisation's acceptances of the current terms, the first one first."""
    accepted = select(Agreement).where(col(Agreement.organisation_id) == organisation_id)
    return accepted.where(col(Agreement.version) == terms.current().id).order_by(col(Agreement.id))


def _require_reader(actor: Actor) -> None:
    if not actor.may(Permission.ORGANISATION_READ):
        raise PermissionError
