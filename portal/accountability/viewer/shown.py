"""An event as a line of the page and of the file."""

from dataclasses import dataclass
from datetime import datetime

from portal.accountability.viewer.queries import Line
from portal.accounts.names import UNNAMED
from portal.audit.wording import details, said
from portal.web.dates import in_london

HEADER = ("When (London)", "Who", "Organisation", "What", "Reference", "Detail", "Event", "Hash")
NOBODY = "The portal itself"
BY_LINK = "A service, by its link"


@dataclass(frozen=True)
class Row:
    """One event in words."""

    at: datetime
    who: str
    organisation: str
    what: str
    reference: str
    detail: str


def row_of(line: Line) -> Row:
    """Return `line` in words."""
    event = line.event
    nobody = BY_LINK if event.subject_type == "transfer" else NOBODY
    person = line.person or (nobody if event.actor_id is None else UNNAMED)
    return Row(event.at, person, line.organisation, said(event.action), line.reference or "", details(line.detail))


def cells(line: Line) -> tuple[str, ...]:
    """Return `line` as the file has it, with the place and the hash by which it can be found in its chain."""
    row, event = row_of(line), line.event
    when = in_london(row.at).strftime("%Y-%m-%d %H:%M:%S")
    return (
        when,
        row.who,
        row.organisation,
        row.what,
        row.reference,
        row.detail,
        str(event.sequence),
        event.hash,
    )
