"""What was consented to on a given day, from the entries of a ledger alone: pure."""

import datetime as dt
from collections.abc import Iterable
from typing import Protocol, TypeVar

from portal.web.dates import in_london


class Entry(Protocol):
    """What an entry needs to have its place in time."""

    @property
    def purpose(self) -> str:
        """Return what it is about."""
        ...

    @property
    def effective_on(self) -> dt.date | None:
        """Return the day it counts from, where that was said."""
        ...

    @property
    def recorded_at(self) -> dt.datetime:
        """Return when it was entered."""
        ...


E = TypeVar("E", bound=Entry)


def counts_from(entry: Entry) -> dt.date:
    """Return the first day an entry counts: the one that was said, else the day in London on which it was entered."""
    return entry.effective_on or in_london(entry.recorded_at).date()


def on(day: dt.date, entries: Iterable[E]) -> dict[str, E]:
    """Return for each purpose the entry that counts on `day`, from `entries` in the order they were entered.

    An entry takes the place of every earlier one from its own first day on: what was entered last is what we know best,
    and before that day what stood there before still counts.
    """
    found: dict[str, E] = {}
    for each in entries:
        if counts_from(each) <= day:
            found[each.purpose] = each
    return found
