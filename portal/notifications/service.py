"""Asking for mail. Nothing leaves here: a row joins the change's transaction, and the scheduler sends it."""

import secrets
from datetime import datetime
from typing import Any

from portal import clock, db
from portal.notifications.meetings import Meeting
from portal.notifications.models import OutboxMail
from portal.tenancy import as_system


def queue(
    template: str,
    to_address: str,
    *,
    organisation_id: int | None,
    reference: str | None = None,
    meeting: Meeting | None = None,
    **context: Any,
) -> None:
    """Put one mail into the outbox: a template of templates/emails/, one address, and the template's context.

    `organisation_id` is the recipient's. A mail about a child carries the `reference` and a link, never a name:
    the context is for links, instants and words about the service. Templates know `link("/path")`, `base_url`,
    `service`, `ksaf_phone` and `ksaf_email` besides, and end before the sign-off, which every mail gets; with
    `has_account=False` it asks nobody to sign in. A mail about a `meeting` brings its calendar file.
    """
    now = clock.now()
    mail = OutboxMail(
        organisation_id=organisation_id,
        template=template,
        reference=reference,
        to_address=to_address,
        context={name: value.isoformat() if isinstance(value, datetime) else value for name, value in context.items()},
        meeting=meeting.facts() if meeting else None,
        message_id=OutboxMail.message_id_of(secrets.token_hex(16)),
        created_at=now,
        next_attempt_at=now,
    )
    session = db.session()
    with as_system(session):
        session.add(mail)
