"""What accounts leave in the audit: in the organisation acted for, or in each one a person belongs to."""

from typing import Any

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.accounts.models import Membership
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.tenancy import as_system


def record(actor: Actor, action: Action, subject: tuple[str, int | None], **detail: Any) -> None:
    """Record `action` by `actor` on something of their own organisation."""
    audit.record(actor, action, subject=subject, owner_id=actor.organisation_id, **detail)


def record_for_person(user_id: int, action: Action, **detail: Any) -> None:
    """Record what a person did to their own account, in the chain of every organisation they belong to."""
    session = db.session()
    with as_system(session):
        live = select(Membership.organisation_id).where(
            Membership.user_id == user_id, col(Membership.ended_at).is_(None)
        )
        # In the order of their ids, so that two of a person's requests wait for each other instead of locking up.
        organisations = session.scalars(live.order_by(col(Membership.organisation_id))).all()
    for organisation_id in organisations:
        audit.append(
            organisation_id,
            action,
            subject=("user", user_id),
            actor_id=user_id,
            owner_id=organisation_id,
            detail=detail,
        )
