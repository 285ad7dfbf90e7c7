"""Recording: one event, in the transaction of the change it describes."""

import secrets
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Author
from portal.audit import chain
from portal.audit.actions import Action
from portal.audit.detail import DETAIL
from portal.audit.models import AuditEvent, AuditHead, AuditPayload
from portal.tenancy import as_system


class UndeclaredDetailError(ValueError):
    """An event carries detail that `audit/actions.py` does not declare for it."""


def record(
    actor: Author,
    action: Action,
    *,
    subject: tuple[str, int | None],
    owner_id: int | None = None,
    **detail: Any,
) -> None:
    """Append an event by `actor` to their organisation's chain.

    Takes the `subject` touched (its type and id), the organisation that owns it, and the detail `action` declares.
    Raises UndeclaredDetailError when a key of the detail is not declared.
    """
    append(actor.organisation_id, action, subject=subject, actor_id=actor.user_id, owner_id=owner_id, detail=detail)


def append(
    organisation_id: int,
    action: Action,
    *,
    subject: tuple[str, int | None],
    actor_id: int | None,
    owner_id: int | None,
    detail: dict[str, Any],
) -> None:
    """Append an event to the chain of `organisation_id`, for a person (`actor_id`) or for the portal itself (None)."""
    if not detail.keys() <= DETAIL[action]:
        raise UndeclaredDetailError(f"{action} does not declare {sorted(detail.keys() - DETAIL[action])}.")
    session = db.session()
    with as_system(session):
        head = _head(organisation_id)
        salt = secrets.token_hex(16)
        event = AuditEvent(
            organisation_id=organisation_id,
            sequence=head.sequence + 1,
            at=clock.now(),
            action=action,
            actor_id=actor_id,
            subject_type=subject[0],
            subject_id=subject[1],
            subject_owner_id=owner_id,
            payload_digest=chain.payload_digest(salt, detail),
            previous_hash=head.hash,
            hash="",
        )
        event.hash = chain.link(head.hash, facts(event))
        session.add(event)
        session.flush()
        session.add(AuditPayload(event_id=event.id or 0, organisation_id=organisation_id, salt=salt, detail=detail))
        head.sequence, head.hash = event.sequence, event.hash


def facts(event: AuditEvent) -> dict[str, Any]:
    """Return what the hash of `event` covers."""
    return {
        "organisation": event.organisation_id,
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "action": str(event.action),
        "actor": event.actor_id,
        "subject": [event.subject_type, event.subject_id],
        "owner": event.subject_owner_id,
        "payload": event.payload_digest,
    }


def _head(organisation_id: int) -> AuditHead:
    """Take the organisation's turn to write; every writer of its chain waits here for the one before."""
    session = db.session()
    mine = select(AuditHead).where(col(AuditHead.organisation_id) == organisation_id).with_for_update()
    head = session.scalars(mine, execution_options={"populate_existing": True}).first()
    if head is None:
        # Two first events at once: the second waits here for the first, then takes its turn at the row that is there.
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        first = insert(AuditHead).values(organisation_id=organisation_id, sequence=0, hash=chain.START)
        session.execute(first.on_conflict_do_nothing())
        head = session.scalars(mine, execution_options={"populate_existing": True}).one()
    return head
