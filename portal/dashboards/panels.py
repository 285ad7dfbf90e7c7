"""What each panel of a first page shows, in words: equal when nothing a reader could see has changed."""

from typing import Any

from portal.access.actor import Actor
from portal.dashboards import queue_summary
from portal.dashboards import waiting as waiting_for
from portal.referrals.list_page import row_of
from portal.referrals.listing import Wanted, referrals

LATEST = 10


def waiting(actor: Actor) -> dict[str, Any]:
    """Return everything that waits for `actor`."""
    found = waiting_for.items(actor)
    count = len(found)
    said = f"{count} {'thing waits' if count == 1 else 'things wait'} for you" if count else "Nothing waits for you"
    return {"waiting": found, "said": said}


def latest(actor: Actor) -> dict[str, Any]:
    """Return the referrals within `actor`'s reach that changed last."""
    return {"rows": [row_of(actor, each) for each in referrals(actor, Wanted(), limit=LATEST).rows]}


def queue(actor: Actor) -> dict[str, Any]:
    """Return how KSAF's queue stands."""
    return {"queue": queue_summary.summary(actor)}
