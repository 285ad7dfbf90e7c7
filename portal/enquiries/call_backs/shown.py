"""The calls to make as a list shows them: who, by when, and the time left in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from portal.access.actor import Actor
from portal.enquiries.call_backs import queries
from portal.enquiries.call_backs.queries import Open
from portal.enquiries.call_backs.rules import TIMES
from portal.enquiries.call_backs.service import KIND
from portal.timescales import closures, in_force
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.ladder import Rung
from portal.web.dates import count_of


@dataclass(frozen=True)
class Line:
    """One call in the list; `due_at` is None once it has been made and only has to be written down."""

    reference: str
    name: str
    preferred: str
    due_at: datetime | None
    words: str
    tone: str
    who: str
    tried: str


def lines(actor: Actor) -> list[Line]:
    """Return the calls to make and to write down, as `actor` reads them now."""
    now, calendar = clock.now(), closures.calendar()
    return [_line(each, now, calendar) for each in queries.open_call_backs(actor)]


def context(actor: Actor) -> dict[str, Any]:
    """Return what the panel of calls shows, and what a screen reader is told of it."""
    found = lines(actor)
    to_make = sum(each.due_at is not None for each in found)
    late = sum(each.tone == "missed" for each in found)
    said = f"{count_of(to_make, 'call')} to make{f', {late} late' if late else ''}"
    return {"lines": found, "said": said}


def standing(due_at: datetime, now: datetime, calendar: WorkingCalendar) -> tuple[str, str]:
    """Return the time left until `due_at` in words, and its tone: soon from the policy's own approaching rung on."""
    words = calendar.time_left_in_words(now, due_at)
    if due_at <= now:
        return words, "missed"
    approaching = dict(in_force.rules().rungs(KIND, due_at, calendar))[Rung.APPROACHING]
    return words, "soon" if approaching <= now else "on_track"


def _line(each: Open, now: datetime, calendar: WorkingCalendar) -> Line:
    call = each.call_back
    is_made = call.ended_at is not None
    words, tone = ("to write down", "soon") if is_made else standing(call.due_at, now, calendar)
    return Line(
        reference=call.reference,
        name=call.name or "No name given",
        preferred=TIMES[call.preferred_time],
        due_at=None if is_made else call.due_at,
        words=words,
        tone=tone,
        who=call.taken_by_name or "Nobody yet",
        tried=f"tried {'once' if each.tries == 1 else f'{each.tries} times'}" if each.tries and not is_made else "",
    )
