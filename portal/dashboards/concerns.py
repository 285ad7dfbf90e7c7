"""Safeguarding concerns on first pages: the team's queue, and to whoever raised one what has become known of it."""

from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.safeguarding import queue
from portal.safeguarding.models import ConcernReceipt
from portal.safeguarding.queue import Group, Line
from portal.web.dates import count_of, short_datetime

MOST = 6
"""Rows of each list: ours, so that a first page is read at a glance."""


def to_look_at(reading: Reading) -> Listed:
    """Return the open concerns, the most pressing first: for who reads concerns."""
    lines = queue.page(reading.actor, Group.OPEN).lines
    rows = [_line(each) for each in lines[:MOST]]
    empty = "No concern is open. Each appears here at once when somebody raises it, with the time left to look at it."
    said = f"{count_of(len(lines), 'open concern')}"
    return Listed("Safeguarding concerns", said, rows, empty, Link("See all concerns", "/concerns"))


def raised(reading: Reading) -> Listed:
    """Return what the reader raised: received, or looked at and when; nothing of what follows."""
    rows = [_receipt(each) for each in reading.standing.receipts]
    empty = (
        "You have raised no concern. Worried about a child? Open the referral and choose “Raise a concern”: KSAF’s"
        " safeguarding team has it at once."
    )
    said = f"{count_of(len(rows), 'concern')} raised by you"
    return Listed("Concerns you raised", said, rows, empty, Link("See all you raised", "/concerns") if rows else None)


def _receipt(each: ConcernReceipt) -> Item:
    seen = f"looked at {short_datetime(each.looked_at)}" if each.looked_at else "received"
    return Item(
        title=f"Concern {each.reference}",
        href=f"/concerns/{each.reference}/received",
        detail=f"about referral {each.about}, raised {short_datetime(each.raised_at)}",
        words=seen,
        tone="on_track" if each.looked_at else "waiting",
    )


def _line(each: Line) -> Item:
    words = each.danger or each.left or each.state
    tone = "missed" if each.danger else each.left_tone if each.left else each.tone
    left = f", {each.left}" if each.danger and each.left else ""
    return Item(
        title=f"{each.child}: {each.state.lower()}",
        href=f"/concerns/{each.reference}",
        detail=f"{each.reference}, raised {each.since} ago by {each.raised_by}{left}",
        words=words,
        tone=tone,
    )
