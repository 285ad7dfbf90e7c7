"""The calendar file that goes with a mail about a meeting: its reference, its time and a link, and nothing else.

Published, not requested (RFC 5546): a request would need every guest's address in the file, and would ask for answers
by mail that nobody reads. The same UID with a higher SEQUENCE moves the entry, a cancellation takes it out.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

from portal.notifications.models import MESSAGE_ID_DOMAIN


@dataclass(frozen=True)
class Meeting:
    """One entry of a calendar. `key` is its own for good, `sequence` counts its changes from 0, `path` leads to it."""

    key: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    path: str
    is_cancelled: bool = False

    @property
    def method(self) -> Literal["PUBLISH", "CANCEL"]:
        """Return what a calendar does with the file."""
        return "CANCEL" if self.is_cancelled else "PUBLISH"

    def facts(self) -> dict[str, Any]:
        """Return it as the outbox keeps it."""
        return asdict(self) | {"starts_at": self.starts_at.isoformat(), "ends_at": self.ends_at.isoformat()}

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Self:
        """Return what `facts` said."""
        times: dict[str, Any] = {name: datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at")}
        return cls(**facts | times)


def calendar_file(meeting: Meeting, subject: str, link: str, organiser: str, written_at: datetime) -> bytes:
    """Return the file: `subject` as its title, `link` to the page that says where, `organiser`'s address.

    The same at every attempt to send it: it counts as written at `written_at`, whenever it leaves.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - worth its memory only to the process that sends

    event = Event()
    event.add("uid", f"{meeting.key}@{MESSAGE_ID_DOMAIN}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", _utc(written_at))
    event.add("dtstart", _utc(meeting.starts_at))
    event.add("dtend", _utc(meeting.ends_at))
    event.add("summary", subject)
    event.add("description", f"Where it is, and who is invited: {link}")
    event.add("url", link)
    event.add("organizer", f"mailto:{organiser}")
    event.add("status", "CANCELLED" if meeting.is_cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//KSAF//Partner Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", meeting.method)
    calendar.add_component(event)
    return calendar.to_ical()


def _utc(instant: datetime) -> datetime:
    # In UTC, so that the file needs no rules of daylight saving of its own.
    return instant.astimezone(UTC)
