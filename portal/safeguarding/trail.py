"""What happens to a concern, in KSAF's own audit, whoever did it: a school's chain does not say that there is one."""

from typing import Any

from portal import db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.safeguarding.models import SUBJECT, Concern


def record(actor: Actor, concern: Concern, action: Action, **detail: Any) -> None:
    """Record `action` by `actor` on `concern`, with its reference and what else `action` declares as detail."""
    ksaf_id = concern.organisation_id
    audit.append(
        ksaf_id,
        action,
        subject=(SUBJECT, concern.id),
        actor_id=actor.user_id,
        owner_id=ksaf_id,
        detail={"reference": concern.reference, **detail},
    )


def note_view(actor: Actor, concern: Concern, page: str) -> None:
    """Record that `actor` looked at `page` of a concern, kept whatever becomes of the request."""
    with db.own_transaction(actor.organisation_id):
        record(actor, concern, Action.CONCERN_VIEWED, page=page)
