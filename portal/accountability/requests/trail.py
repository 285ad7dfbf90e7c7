"""What happens to a request: kept with it, and in KSAF's own audit, whoever did it."""

from typing import Any

from portal import clock, db
from portal.access.actor import Actor, Author
from portal.accountability.requests.models import SUBJECT, DataRequest, DataRequestStep
from portal.accountability.requests.rules import Event
from portal.audit import service as audit
from portal.audit.actions import Action


def add(by: Author, request: DataRequest, event: Event, title: str, note: str = "") -> None:
    """Keep that `event` happened to a request, with its `title` and `note` in words."""
    made = DataRequestStep(
        organisation_id=request.organisation_id,
        data_request_id=request.id or 0,
        event=event,
        title=title,
        note=note,
        at=clock.now(),
        done_by_name=by.name,
    )
    db.session().add(made)
    db.session().flush()


def record(by: Author, request: DataRequest, action: Action, **detail: Any) -> None:
    """Record `action` on a request, with its reference and what else `action` declares as detail."""
    audit.append(
        request.organisation_id,
        action,
        subject=(SUBJECT, request.id),
        actor_id=by.user_id,
        owner_id=request.organisation_id,
        detail={"reference": request.reference, **detail},
    )


def note_view(actor: Actor, request: DataRequest, page: str) -> None:
    """Record that `actor` looked at `page` of a request, kept whatever becomes of the web request."""
    with db.own_transaction(actor.organisation_id):
        record(actor, request, Action.DATA_REQUEST_VIEWED, page=page)
