"""What a feature above this one says on a referral's page: handed in when the portal starts, read with the referral.

It is a column of the query that opens the page, so that it costs none of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import null


@dataclass(frozen=True)
class Note:
    """Something the reader has to know before they read on: its title, a sentence, and where it leads."""

    title: str
    text: str
    href: str
    link: str


@dataclass(frozen=True)
class Above:
    """The SQL that is something beside a referral of which there is a note, and the note that this makes."""

    column: Callable[[], Any]
    note: Callable[[str], Note]


_above: Above | None = None


def use(given: Above) -> None:
    """Read and show what `given` says from now on."""
    global _above  # noqa: PLW0603 - one portal a process, like the folder of files
    _above = given


def in_use() -> Above | None:
    """Return what is read now."""
    return _above


def column(above: Above | None) -> Any:
    """Return what `above` selects beside a referral that is opened."""
    return above.column() if above else null()


def notes(found: str | None) -> list[Note]:
    """Return what is to be shown of what `column` has found."""
    return [_above.note(found)] if _above and found else []
