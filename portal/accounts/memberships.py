"""Which organisations a person belongs to now, read for themselves and so across organisations."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from portal import db
from portal.access.roles import ROLE_LABELS, OrganisationKind, Role
from portal.accounts.models import Membership
from portal.organisations.models import Organisation
from portal.tenancy import as_system


@dataclass(frozen=True)
class Held:
    """One live membership of a person."""

    organisation_id: int
    key: str
    name: str
    kind: OrganisationKind
    role: Role

    @property
    def role_label(self) -> str:
        """Return the role in words."""
        return ROLE_LABELS[self.role]

    @classmethod
    def read(cls, membership: Membership, organisation: Organisation) -> Self:
        """Return the membership as its row and its organisation's say it."""
        return cls(organisation.id or 0, organisation.key, organisation.name, organisation.kind, membership.role)


def of_person(user_id: int) -> list[Held]:
    """Return a person's live memberships of active organisations, by name."""
    session = db.session()
    with as_system(session):
        rows = session.execute(
            select(Membership, Organisation)
            .join(Organisation, in_use())
            .where(Membership.user_id == user_id, col(Membership.ended_at).is_(None))
            .order_by(Organisation.name)
        ).all()
    return [Held.read(mine, where) for mine, where in rows]


def in_use() -> ColumnElement[bool]:
    """Return what joins a membership to its organisation while that is active."""
    return and_(col(Organisation.id) == col(Membership.organisation_id), col(Organisation.active))


def at_key(user_id: int, key: str) -> Held | None:
    """Return the person's live membership of the organisation with this `key`, or None."""
    return next((held for held in of_person(user_id) if held.key == key), None)


def closed_of(user_id: int) -> list[str]:
    """Return the names of the organisations a person was working for when those closed, by name."""
    session = db.session()
    closed = (
        select(Organisation.name)
        .join(Membership, col(Membership.organisation_id) == col(Organisation.id))
        .where(Membership.user_id == user_id, col(Organisation.active).is_(False))
    )
    with as_system(session):
        return list(session.scalars(closed.order_by(col(Organisation.name))).all())
