"""What people ask about their data, on the first pages of those who answer: what is due, and what is overdue."""

from portal import clock
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.rules import KINDS
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.timescales import policy
from portal.timescales.descriptions import describe
from portal.timescales.models import Deadline
from portal.web.dates import count_of


def to_answer(reading: Reading) -> Listed:
    """Return what is owed on the requests about personal data, what is due first on top."""
    rows = [_row(each.deadline, each.request) for each in reading.owed.data if each.request]
    empty = "Nothing is owed. What people ask about their data appears here with its time, which the law sets."
    said = f"{count_of(len(rows), 'step')} owed on requests about personal data"
    return Listed("Data requests", said, rows, empty, Link("See all requests", "/data-requests"))


def _row(deadline: Deadline, asked: DataRequest) -> Item:
    owed = describe(deadline, clock.now())
    title = policy.load()[deadline.kind].title
    return Item(
        title=f"{title[0].upper()}{title[1:]}",
        href=f"/data-requests/{asked.reference}",
        detail=f"{asked.reference}: {KINDS[asked.kind]}",
        words=owed.words,
        tone=owed.tone,
    )
