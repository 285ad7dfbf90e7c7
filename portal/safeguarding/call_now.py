"""Whom to call now about a child in danger, by where the child is and by the hour."""

from dataclasses import dataclass

from portal import clock
from portal.organisations import contacts
from portal.organisations.contacts import Contact, Step
from portal.timescales import closures
from portal.web.dates import long_datetime


@dataclass(frozen=True)
class Number:
    """One service with the number that is answered now, and the one for the other hours where it has another."""

    service: Contact
    now: str
    otherwise: str


@dataclass(frozen=True)
class CallNow:
    """Whom to call, in order; KSAF's safeguarding team last, with whether it is there at this hour.

    `elsewhere` says what to do where the child is in an area whose numbers KSAF does not keep.
    """

    numbers: tuple[Number, ...]
    elsewhere: Step | None
    team: Contact
    team_hours: str


def for_area(area: str) -> CallNow:
    """Return whom to call now about a child in `area`: kent, medway, other or not_known.

    KSAF's calendar stands in for the front doors' office hours, which no document gives; both numbers are shown.
    """
    calendar, now = closures.calendar(), clock.now()
    is_open = calendar.is_open(now)
    answered = contacts.immediate_danger(area, is_out_of_hours=not is_open)
    steps = contacts.stop_page(area).steps
    opens = f"Closed now: it opens on {long_datetime(calendar.next_opening(now))}."
    return CallNow(
        numbers=tuple(Number(each, number, _other(each, number)) for each, number in answered),
        elsewhere=None if len(answered) > 1 else steps[1],
        team=contacts.ksaf_safeguarding(),
        team_hours="There now." if is_open else opens,
    )


def _other(service: Contact, now: str) -> str:
    return next((each for each in (service.phone, service.out_of_hours_phone) if each and each != now), "")
