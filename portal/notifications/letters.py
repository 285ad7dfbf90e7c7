"""Writing a mail: from its template and context to the message that leaves.

Plain text only: it reads the same on every phone and screen reader, cannot carry a hidden picture or a disguised link,
and there is nothing in it worth decorating, since it says little more than "sign in to read it".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.notifications.meetings import Meeting, calendar_file
from portal.notifications.models import OutboxMail
from portal.web import dates

SERVICE = "KSAF Partner Portal"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "emails"
SIGN_OFF = "notifications/_sign_off.txt"


@dataclass(frozen=True)
class Letterhead:
    """What every mail carries of ours: where the portal is, and how to reach KSAF."""

    base_url: str
    phone: str
    email: str


class CannotWriteError(ValueError):
    """A mail's template cannot be read or filled in, or its address is none."""


def write(mail: OutboxMail, letterhead: Letterhead) -> EmailMessage:
    """Return the message for `mail`: the same at every attempt, its Message-ID and Date included.

    Raises CannotWriteError when that is impossible, which trying again would not change.
    """
    try:
        subject, body = read(mail, letterhead)
        message = EmailMessage()
        message["From"] = Address(SERVICE, addr_spec=letterhead.email)
        message["To"] = Address(addr_spec=mail.to_address)
        message["Subject"] = subject
        message["Date"] = format_datetime(mail.created_at)
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"  # so that no holiday reply comes back
        message.set_content(body)
        if mail.meeting:
            _attach(message, mail, calendar(mail, letterhead))
    except Exception as problem:
        raise CannotWriteError(f"{mail.template} cannot be written: {type(problem).__name__}") from problem
    return message


def calendar(mail: OutboxMail, letterhead: Letterhead) -> bytes:
    """Return the calendar file of `mail`, which is about a meeting."""
    meeting = Meeting.of(mail.meeting or {})
    title, link = f"KSAF review, referral {mail.reference}", _link(letterhead.base_url, meeting.path)
    return calendar_file(meeting, title, link, letterhead.email, mail.created_at)


def _attach(message: EmailMessage, mail: OutboxMail, file: bytes) -> None:
    method = Meeting.of(mail.meeting or {}).method
    described = {"method": method, "charset": "utf-8"}
    message.add_attachment(file, "text", "calendar", filename=f"{mail.reference}.ics", params=described)
    message.set_boundary(f"=={mail.key}==")  # else another at every attempt


def read(mail: OutboxMail, letterhead: Letterhead) -> tuple[str, str]:
    """Return the subject and body of `mail`, rendered now. Raises what Jinja raises, or CannotWriteError."""
    ours = {
        "service": SERVICE,
        "base_url": letterhead.base_url,
        "link": partial(_link, letterhead.base_url),
        "ksaf_phone": letterhead.phone,
        "ksaf_email": letterhead.email,
    }
    known = {"reference": mail.reference, **mail.context, **ours}
    head, _, body = _environment().get_template(f"{mail.template}.txt").render(known).partition("\n")
    label, _, subject = head.partition(":")
    if label != "Subject" or not subject.strip():
        raise CannotWriteError(f"{mail.template}.txt has to begin with a line Subject: …")
    sign_off = _environment().get_template(SIGN_OFF).render(known)
    return subject.strip(), f"{body.strip()}\n\n{sign_off.strip()}\n"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701 - plain text, where an escaped quote would be read as it stands
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for each in (dates.long_datetime, dates.short_datetime):
        made.filters[each.__name__] = partial(_of_instant, each)
    made.filters["date_only"] = partial(_of_instant, dates.date_only)
    made.filters["long_date"] = partial(_of_instant, dates.long_date)
    return made


def _of_instant(say: Callable[[datetime], str], instant: str | datetime) -> str:
    """Say an instant that waited in the outbox as ISO 8601."""
    return say(datetime.fromisoformat(instant) if isinstance(instant, str) else instant)


def _link(base_url: str, path: str) -> str:
    return path if path.startswith(base_url) else f"{base_url}/{path.lstrip('/')}"
