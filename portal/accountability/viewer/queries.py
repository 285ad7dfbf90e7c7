"""Events within a reader's reach: an organisation's own chain and the looks at its referrals, or for KSAF every chain.

Pages move by the moment and the id of their edge, so that a page costs the same wherever it lies. What an event says in
detail is read from the reader's own chain alone, except by KSAF.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, LargeBinary, and_, func, type_coerce
from sqlmodel import col, select

from portal import crypto, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accountability.viewer import looks
from portal.accounts import names
from portal.accounts.models import User
from portal.audit.actions import Action
from portal.audit.models import AuditEvent, AuditPayload
from portal.audit.wording import SEEING
from portal.organisations.models import Organisation
from portal.referrals.models import Referral
from portal.tenancy import as_system

PAGE = 50
LARGEST_ID = 2**62  # what both engines keep
# That somebody raised a concern is for the safeguarding team and managers: need to know.
CONCERNS = frozenset(action for action in Action if action.startswith("safeguarding:"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = timedelta(days=365 * 300)  # since 1970: no event lies beyond, and no datetime overflows


class Whose(StrEnum):
    """Which side of the audit a partner reads: what its people did, or who else looked at its referrals."""

    OWN = "own"
    OTHERS = "others"


@dataclass(frozen=True)
class Place:
    """A place between two events: the page `older` than it, or the one before."""

    older: bool
    at: datetime
    event_id: int

    @classmethod
    def read(cls, typed: str, *, older: bool) -> Self | None:
        """Return the place an address carries, or None when it is none of ours."""
        instant, _, event = typed.partition(".")
        if not all(
            part.isascii() and part.isdigit() and len(part) <= len(str(LARGEST_ID)) for part in (instant, event)
        ):
            return None
        since = timedelta(microseconds=int(instant))
        if since > _LATEST or int(event) > LARGEST_ID:
            return None
        return cls(older, _EPOCH + since, int(event))

    def __str__(self) -> str:
        """Return the place as an address carries it: microseconds since 1970, and the event."""
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}.{self.event_id}"


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for. `since` and `until` are instants, the second one excluded."""

    whose: Whose = Whose.OWN
    person: str = ""
    actions: frozenset[str] = frozenset()
    reference: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Line:
    """One event as a reader may see it."""

    event: AuditEvent
    person: str | None
    organisation: str
    reference: str | None
    detail: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """One page of events, newest first, and the places of the pages beside it."""

    lines: Sequence[Line]
    older: Place | None
    newer: Place | None


def events(actor: Actor, wanted: Wanted, limit: int = PAGE) -> Found:
    """Return the page of events that `actor` wants, at most `limit`: one query. Raises PermissionError."""
    place = wanted.place
    backwards = place is not None and not place.older
    at, number = col(AuditEvent.at), col(AuditEvent.id)
    order = (at.asc(), number.asc()) if backwards else (at.desc(), number.desc())
    asked = _select(actor).where(*_conditions(actor, wanted)).order_by(*order).limit(limit + 1)
    # Other organisations' chains are reached on purpose: `_within_reach` says how far.
    with as_system(db.session()):
        rows = db.session().execute(asked).all()
    more, shown = len(rows) > limit, [_line(row) for row in rows[:limit]]
    if backwards:
        shown.reverse()
    if not shown:
        return Found(shown, None, None)
    first, last = shown[0].event, shown[-1].event
    older = Place(older=True, at=last.at, event_id=last.id or 0) if backwards or more else None
    newer = Place(older=False, at=first.at, event_id=first.id or 0) if (more if backwards else place) else None
    return Found(shown, older, newer)


def _select(actor: Actor) -> Any:
    """Return the select of an event with its names and, as ciphertext, the detail that `actor` may read."""
    payload = and_(col(AuditPayload.event_id) == col(AuditEvent.id), *_own_chain(actor, AuditPayload))
    referral = and_(col(AuditEvent.subject_type) == "referral", col(AuditEvent.subject_id) == col(Referral.id))
    return (
        select(AuditEvent, _name(actor), col(Organisation.name), col(Referral.reference))
        .add_columns(type_coerce(col(AuditPayload.detail), LargeBinary))
        .join(Organisation, col(Organisation.id) == col(AuditEvent.organisation_id))
        .outerjoin(User, col(User.id) == col(AuditEvent.actor_id))
        .outerjoin(Referral, referral)
        .outerjoin(AuditPayload, payload)
    )


def _name(actor: Actor) -> Any:
    return names.shown_to(actor, col(AuditEvent.organisation_id))


def _own_chain(actor: Actor, table: type[AuditEvent | AuditPayload]) -> list[ColumnElement[bool]]:
    return [] if actor.is_operator else [col(table.organisation_id) == actor.organisation_id]


def _within_reach(actor: Actor, whose: Whose) -> list[ColumnElement[bool]]:
    if not actor.may(Permission.AUDIT_READ):
        raise PermissionError
    if actor.is_operator and not actor.may(Permission.CONCERN_READ):
        return [col(AuditEvent.action).not_in(CONCERNS)]
    if actor.is_operator or whose is Whose.OWN:
        return _own_chain(actor, AuditEvent)
    return [
        col(AuditEvent.subject_owner_id) == actor.organisation_id,
        col(AuditEvent.organisation_id) != actor.organisation_id,
        col(AuditEvent.action).in_(SEEING),
        looks.is_shown_to_sender(),
    ]


def _conditions(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = _within_reach(actor, wanted.whose)
    if wanted.person:
        named = func.lower(col(User.name)).contains(wanted.person.lower(), autoescape=True)
        found += [col(AuditEvent.actor_id).in_(select(User.id).where(named)), _name(actor).is_not(None)]
    if wanted.actions:
        found.append(col(AuditEvent.action).in_(wanted.actions))
    if wanted.reference:
        about = select(Referral.id).where(col(Referral.reference) == wanted.reference)
        found += [col(AuditEvent.subject_type) == "referral", col(AuditEvent.subject_id).in_(about)]
    if wanted.since:
        found.append(col(AuditEvent.at) >= wanted.since)
    if wanted.until:
        found.append(col(AuditEvent.at) < wanted.until)
    return found + _beyond(wanted.place)


def _beyond(place: Place | None) -> list[ColumnElement[bool]]:
    if place is None:
        return []
    at, number = col(AuditEvent.at), col(AuditEvent.id)
    if place.older:
        return [at <= place.at, (at < place.at) | (number < place.event_id)]
    return [at >= place.at, (at > place.at) | (number > place.event_id)]


def _line(row: Any) -> Line:
    event, person, organisation, reference, cipher = row
    detail = _opened(cipher)
    return Line(event, person, organisation, reference or detail.get("reference"), detail)


def _opened(cipher: bytes | None) -> dict[str, Any]:
    """Return the detail, empty where it was erased, withheld or cannot be opened: `portal audit verify` names that."""
    try:
        return json.loads(crypto.decrypt(cipher)) if cipher else {}
    except (InvalidToken, ValueError, TypeError):
        return {}
