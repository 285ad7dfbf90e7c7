"""Tables as CSV files that leave row by row, with nothing in them that a spreadsheet would run."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from flask import Response

from portal.db import Database

Place = TypeVar("Place")
Row = TypeVar("Row")

BYTE_ORDER_MARK = "\ufeff"  # Excel reads UTF-8 only where it finds one
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # OWASP: CSV injection
LINES_AT_ONCE = 100
BATCH = 500
"""Rows that a file of any length asks the database for at once. Ours."""


def safe(text: str) -> str:
    """Return `text` as a cell that no spreadsheet takes for a formula: an apostrophe goes before what would be one."""
    return f"'{text}" if text.lstrip(" ").startswith(RUN) else text


def download(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Return the answer that sends `header` and `rows` as the file `name`, a few lines at a time.

    `rows` is read while the answer leaves: after the request's session has ended, so it opens its own.
    """
    answer = Response(_chunks(header, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer


def in_batches(
    database: Database, organisation_id: int, start: Place, read: Callable[[Place], tuple[Sequence[Row], Place | None]]
) -> Iterator[Row]:
    """Give every row that `read` finds from the place `start` on, holding one batch and no transaction between.

    `read` takes a place and returns the rows there, at most BATCH, and the place after them; None where they end.
    """
    place: Place | None = start
    while place is not None:
        with database.transaction(tenant=organisation_id, write=False):
            rows, place = read(place)
        yield from rows


def _chunks(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    kept = io.StringIO()
    writer = csv.writer(kept)
    yield BYTE_ORDER_MARK.encode()
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe(cell) for cell in row])
        if number % LINES_AT_ONCE == 0:
            yield _taken(kept)
    yield _taken(kept)


def _taken(kept: io.StringIO) -> bytes:
    text = kept.getvalue()
    kept.seek(0)
    kept.truncate()
    return text.encode()
