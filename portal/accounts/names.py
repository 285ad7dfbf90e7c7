"""Whose names an actor reads beside what was done: those of their own organisation and of KSAF; KSAF reads all."""

from typing import Any

from sqlalchemy import case, null, or_
from sqlmodel import col, select

from portal.access.actor import Actor
from portal.access.roles import OrganisationKind
from portal.accounts.models import User
from portal.organisations.models import Organisation

UNNAMED = "Somebody there"
"""Who works for another partner is that partner's own: what its organisation did is shown, and not by whom."""


def shown_to(actor: Actor, acted_for: Any) -> Any:
    """Return the SQL for the name of a joined User as `actor` may read it, null where they may not.

    `acted_for` is the column of the organisation that the person acted for.
    """
    if actor.is_operator:
        return col(User.name)
    operator = select(Organisation.id).where(col(Organisation.kind) == OrganisationKind.OPERATOR)
    return case((or_(acted_for == actor.organisation_id, acted_for.in_(operator)), col(User.name)), else_=null())
