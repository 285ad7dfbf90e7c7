"""What people ask about their data, on the first pages of those who answer: what is due, and what is overdue."""

from portal import clock
from portal.accountability.requests import queries
from portal.accountability.requests.queries import Due
from portal.accountability.requests.rules import KINDS
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.timescales import policy
from portal.timescales.descriptions import describe
from portal.web.dates import count_of

MOST = 6
"""Rows of the list: ours, so that a first page is read at a glance."""


def to_answer(reading: Reading) -> Listed:
    """Return what is owed on the requests about personal data, what is due first on top."""
    found = queries.due(reading.actor, MOST)
    rows = [_row(each) for each in found]
    empty = "Nothing is owed. What people ask about their data appears here with its time, which the law sets."
    said = f"{count_of(len(rows), 'step')} owed on requests about personal data"
    return Listed("Data requests", said, rows, empty, Link("See all requests", "/data-requests"))


def _row(each: Due) -> Item:
    owed = describe(each.deadline, clock.now())
    title = policy.load()[each.deadline.kind].title
    return Item(
        title=f"{title[0].upper()}{title[1:]}",
        href=f"/data-requests/{each.request.reference}",
        detail=f"{each.request.reference}: {KINDS[each.request.kind]}",
        words=owed.words,
        tone=owed.tone,
    )
