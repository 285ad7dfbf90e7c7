"""Reading the ledger, newest first, in words."""

import datetime as dt
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, not_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor, Author
from portal.accounts.models import User
from portal.consent import replay
from portal.consent.models import ConsentEvent
from portal.consent.statements import CAPACITY_WORDS, METHOD_WORDS, PERMITTING, POSITION_WORDS, PROTECTION, VIEW

# The published wording speaks to the family ("Getting in touch with you"); these are for those who work with it.
_TITLES = {
    "ksaf_support": "Help from KSAF",
    "updates_to_referrer": "Telling the referrer how it is going",
    "contact_family": "Contact with the family",
    "named_others": "Sharing with others the family names",
    "anonymised_figures": "Counting the family in figures without names",
    PROTECTION: "Sharing to protect the child",
}


@dataclass(frozen=True)
class LedgerLine:
    """One entry as people read it. `is_newest` says that nothing later was recorded about the same purpose."""

    purpose: str
    title: str
    position: str
    permits: bool
    is_newest: bool
    to_whom: str
    given_by: str
    capacity: str
    method: str
    effective_on: dt.date | None
    limits: str
    grounds: tuple[tuple[str, str], ...]
    wording_version: str
    recorded_by: str
    recorded_at: datetime
    thread: str = ""


def ledger(actor: Actor, referral_id: int, *only: ColumnElement[bool]) -> list[LedgerLine]:
    """Return every entry about the referral that `actor` may see, newest first; empty when it is out of reach.

    `only` is SQL that narrows it further, for who may not know all of what a family says.
    """
    entries, names = _entries(actor, referral_id, *_readable(actor), *only), _recorders(actor, referral_id)
    newest: set[str] = set()
    lines: list[LedgerLine] = []
    for entry in entries:
        lines.append(_line(entry, names.get(entry.recorded_by_id or 0, ""), is_newest=entry.purpose not in newest))
        newest.add(entry.purpose)
    return lines


def standing(actor: Author, referral_id: int) -> list[LedgerLine]:
    """Return the newest entry about each purpose, in one query: where consent stands, without who recorded it."""
    newest: dict[str, ConsentEvent] = {}
    for entry in _entries(actor, referral_id, *_readable(actor)):
        newest.setdefault(entry.purpose, entry)
    return [_line(entry, "", is_newest=True) for entry in newest.values()]


def as_of(actor: Actor, referral_id: int, day: dt.date) -> list[LedgerLine]:
    """Return the entry about each purpose that counted on `day`, by what is known now.

    `is_newest` where it still counts. What was entered only later than that day says so by its `recorded_at`.
    """
    return on_day(ledger(actor, referral_id), day)


def on_day(lines: list[LedgerLine], day: dt.date) -> list[LedgerLine]:
    """Return as `as_of` from a whole `ledger` that has been read already."""
    return list(replay.on(day, reversed(lines)).values())


def in_force(actor: Author, referral_id: int, purpose: str) -> ConsentEvent | None:
    """Return the consent to `purpose` that holds now: the newest entry about it, if that one gives it; else None."""
    newest = next((entry for entry in _entries(actor, referral_id) if entry.purpose == purpose), None)
    return newest if newest is not None and newest.position in PERMITTING else None


def purpose_title(purpose: str) -> str:
    """Return what the people who work with a family call a purpose; one without a title keeps its key."""
    if purpose.startswith(VIEW):
        return f"The young person’s view: {purpose_title(purpose.removeprefix(VIEW))}"
    return _TITLES.get(purpose.partition(":")[0], purpose)


def _readable(actor: Author) -> list[ColumnElement[bool]]:
    """Return the SQL for what `actor` may read: with whom KSAF shares without consent is KSAF's own."""
    if isinstance(actor, Actor) and actor.is_operator:
        return []
    return [not_(col(ConsentEvent.purpose).startswith(f"{PROTECTION}:"))]


def _entries(actor: Author, referral_id: int, *readable: ColumnElement[bool]) -> list[ConsentEvent]:
    session = db.session()
    if session.info["tenant"] != actor.organisation_id:
        return []
    mine = select(ConsentEvent).where(col(ConsentEvent.referral_id) == referral_id, *readable)
    return list(session.scalars(mine.order_by(col(ConsentEvent.id).desc())).all())


def _recorders(actor: Actor, referral_id: int) -> dict[int, str]:
    """Return the names of those who recorded the entries."""
    session = db.session()
    if session.info["tenant"] != actor.organisation_id:
        return {}
    recorders = select(ConsentEvent.recorded_by_id).where(col(ConsentEvent.referral_id) == referral_id)
    people = select(User.id, User.name).where(col(User.id).in_(recorders))
    return {user_id: name for user_id, name in session.execute(people).all() if user_id is not None}


def _line(entry: ConsentEvent, recorded_by: str, *, is_newest: bool) -> LedgerLine:
    grounds = (entry.detail or {}).get("grounds", [])
    return LedgerLine(
        purpose=entry.purpose,
        title=purpose_title(entry.purpose),
        position=POSITION_WORDS[entry.position],
        permits=entry.position in PERMITTING,
        is_newest=is_newest,
        to_whom=entry.to_whom,
        given_by=entry.given_by or "",
        capacity=CAPACITY_WORDS.get(entry.capacity or "", entry.capacity or ""),
        method=METHOD_WORDS.get(entry.method or "", entry.method or ""),
        effective_on=entry.effective_on,
        limits=entry.limits or "",
        grounds=tuple((label, said) for label, said in grounds),
        wording_version=entry.wording_version or "",
        recorded_by=recorded_by,
        recorded_at=entry.recorded_at,
        thread=(entry.detail or {}).get("thread", ""),
    )
