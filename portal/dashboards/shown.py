"""What a panel of a first page shows, in words: equal when nothing a reader could see has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from portal.access.actor import Actor
from portal.dashboards import owed, recent, standing
from portal.dashboards.owed import Owed
from portal.dashboards.queue_summary import QueueSummary
from portal.dashboards.recent import Recent
from portal.dashboards.standing import Standing
from portal.referrals.list_page import Row


@dataclass(frozen=True)
class Item:
    """One line of a list, as the component `waiting_list` takes it; `href` is where it is done."""

    title: str
    href: str
    detail: str
    words: str = ""
    tone: str = "neutral"


@dataclass(frozen=True)
class Link:
    """Where the rest of a list is."""

    text: str
    href: str


@dataclass(frozen=True)
class Listed:
    """A list with its heading, what a screen reader is told of it, and what stands there while it is empty."""

    title: str
    said: str
    rows: Sequence[Item]
    empty: str
    more: Link | None = None


@dataclass(frozen=True)
class Table:
    """The referrals that changed last, as the list of referrals shows them."""

    title: str
    rows: Sequence[Row]


Shown = Listed | Table | QueueSummary


class Reading:
    """One reader's visit: the referrals that changed last are read once, however many panels show them."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @cached_property
    def recent(self) -> list[Recent]:
        """The referrals within reach that changed last, with what the reader has not seen of each."""
        return recent.referrals(self.actor)

    @cached_property
    def standing(self) -> Standing:
        """Whether the reader's organisation has agreed to the terms, and the receipts of the concerns they raised."""
        return standing.of(self.actor)

    @cached_property
    def owed(self) -> Owed:
        """What KSAF owes, as far as the reader may see it."""
        return owed.of(self.actor)
