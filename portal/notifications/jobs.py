"""One pass over the outbox."""

import logging
import time
from collections import Counter
from contextlib import nullcontext
from datetime import datetime
from functools import partial

from portal import clock
from portal.config import Settings
from portal.db import Database
from portal.faultpoints import Point, reach
from portal.notifications import delivery, letters
from portal.notifications.models import MailState, OutboxMail
from portal.notifications.smtp import MailServer, RefusedError

# A server this slow over one mail would hold up the deadlines' prompts: the rest waits for the next pass. Ours.
SLOW_SECONDS = 20

_log = logging.getLogger(__name__)


def run(
    database: Database,
    settings: Settings,
    now: datetime,
    letterhead: letters.Letterhead,
    when_failed: delivery.WhenFailed,
) -> dict[str, int]:
    """Send every mail due at `now`, and return how many were "mail_sent", put off ("mail_retry") and "mail_failed".

    `when_failed` tells people of a mail that failed: they live above this layer.
    Without a mail server the mails are only marked as sent: the demo shows them at /demo/mailbox.
    """
    done: Counter[MailState] = Counter()
    with MailServer(settings.smtp_url) if settings.smtp_url else nullcontext() as server:
        while mail := delivery.take_next(database, now):
            began = time.monotonic()
            done[_deliver(database, mail, server, letterhead, when_failed)] += 1
            if time.monotonic() - began > SLOW_SECONDS:
                break
    return {
        "mail_sent": done[MailState.SENT],
        "mail_retry": done[MailState.RETRY],
        "mail_failed": done[MailState.FAILED],
    }


def _deliver(
    database: Database,
    mail: OutboxMail,
    server: MailServer | None,
    letterhead: letters.Letterhead,
    when_failed: delivery.WhenFailed,
) -> MailState:
    refused = partial(delivery.note_refused, database, mail, when_failed=when_failed)
    facts = {"mail": mail.id, "template": mail.template, "attempts": mail.attempts}
    if mail.attempts > delivery.TRIES:
        _log.error("a mail was never got through with", extra={"facts": facts})
        return refused(clock.now(), "The portal stopped each time it sent it.", for_good=True)
    try:
        message = letters.write(delivery.opened(database, mail), letterhead)
        if server:
            server.send(message, mail.to_address)
            reach(Point.MAIL_ACCEPTED)
    except letters.CannotWriteError:
        _log.exception("a mail could not be written", extra={"facts": facts})
        return refused(clock.now(), "The portal could not write it.", for_good=True)
    except RefusedError as refusal:
        _log.warning("a mail was not taken", extra={"facts": facts | {"why": str(refusal)}})
        return refused(clock.now(), str(refusal), for_good=refusal.for_good)
    except Exception:  # noqa: BLE001 - a key that is missing, say: the mails behind it leave, and it is tried again
        _log.exception("a mail broke", extra={"facts": facts})
        return refused(clock.now(), "The portal could not send it.", for_good=False)
    return delivery.note_sent(database, mail, clock.now())
