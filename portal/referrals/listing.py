"""The list of referrals: what a reader wants of it, and one page of the answer.

Pages move by the key they are sorted by (the last change, or what is due next, then the reference): a page costs the
same wherever it lies, and rows that arrive meanwhile neither repeat nor hide others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self, cast

from sqlalchemy import ColumnElement, and_, bindparam, or_, tuple_, union_all
from sqlmodel import col, select

from portal import clock, db, references
from portal.access.actor import Actor
from portal.access.models import PartyRole, ReferralParty
from portal.access.policy import Permission
from portal.access.roles import Role
from portal.referrals import searching
from portal.referrals.models import Referral, WaitingOn
from portal.referrals.queries import needed_by
from portal.referrals.rules import ENDED, HELPED, OPEN, State

PAGE = 25
MICROSECOND_DIGITS = 16  # since 1970, until the year 2286
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKING_ON = tuple(role for role in PartyRole if role is not PartyRole.OWNER)
_ME, _HERE, _NOW = (bindparam(name) for name in ("me", "here", "now"))


class Group(StrEnum):
    """A part of the list, by whose move it is and how it ended."""

    ALL = "all"
    OPERATOR = "waiting-for-ksaf"
    REFERRER = "waiting-for-referrer"
    HELPED = "accepted"
    CLOSED = "closed"
    DRAFTS = "drafts"


class Sort(StrEnum):
    """What the list is sorted by."""

    CHANGE = "change"
    DUE = "due"


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: the page `older` than it, or the one before."""

    older: bool
    at: datetime | None
    reference: str

    @classmethod
    def read(cls, typed: str, *, older: bool) -> Self | None:
        """Return the cursor an address carries, or None when it is none of ours."""
        instant, _, reference = typed.partition(".")
        if references.normalise(reference) != reference:
            return None
        if instant == "none":
            return cls(older, None, reference)
        if not (instant.isascii() and instant.isdigit() and len(instant) <= MICROSECOND_DIGITS):
            return None
        return cls(older, _EPOCH + timedelta(microseconds=int(instant)), reference)

    def __str__(self) -> str:
        """Return the cursor as an address carries it: microseconds since 1970, or none, and the reference."""
        instant = "none" if self.at is None else str((self.at - _EPOCH) // timedelta(microseconds=1))
        return f"{instant}.{self.reference}"


@dataclass(frozen=True)
class Wanted:
    """What a reader asks of the list; `person_id` is its contact (for a partner) or has it (for KSAF)."""

    group: Group = Group.ALL
    sort: Sort = Sort.CHANGE
    person_id: int | None = None
    search: str = ""
    cursor: Cursor | None = None


@dataclass(frozen=True)
class Reader:
    """What the SQL of a list depends on in who reads it: who they are, and for whom they act, are its parameters."""

    role: Role
    is_operator: bool
    edits: bool

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """Return `actor` as a reader of lists."""
        return cls(actor.role, actor.is_operator, actor.may(Permission.REFERRAL_EDIT))


@dataclass(frozen=True)
class Listing:
    """One page of referrals, with the cursors of the pages beside it."""

    rows: Sequence[Referral]
    older: Cursor | None
    newer: Cursor | None


def referrals(actor: Actor, wanted: Wanted, limit: int = PAGE) -> Listing:
    """Return the page that `actor` wants, at most `limit` rows: one query, on the referral's own rows.

    A search asks another one before it: whether it fits so many that sorting them would take long.
    """
    cursor, shape = wanted.cursor, _shape(wanted)
    backwards = cursor is not None and not cursor.older
    asked = {"me": actor.user_id, "here": actor.organisation_id, "now": clock.now(), "person": wanted.person_id}
    asked |= {"at": cursor.at, "reference": cursor.reference} if cursor else {}
    page = _page(Reader.of(actor), shape, limit + 1, along=searching.fits_many(shape.search))
    found = list(db.session().scalars(page, asked).all())
    more, rows = len(found) > limit, found[:limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Listing(rows, None, None)
    older = (
        Cursor(older=True, at=_key(rows[-1], wanted.sort), reference=rows[-1].reference) if backwards or more else None
    )
    newer = (
        Cursor(older=False, at=_key(rows[0], wanted.sort), reference=rows[0].reference)
        if (more if backwards else cursor)
        else None
    )
    return Listing(rows, older, newer)


def newest(reader: Reader, limit: int, *narrowed: ColumnElement[bool]) -> Any:
    """Return the select of the ids of the `limit` referrals within a reader's reach, `narrowed`, that changed last.

    Run it with the parameters `me`, `here` and `now`.
    """
    return _first(reader, [*_conditions(reader, Wanted()), *narrowed], _order(Sort.CHANGE, backwards=False), limit)


def _shape(wanted: Wanted) -> Wanted:
    """Return `wanted` with nothing but what its SQL depends on; what it compares with are parameters."""
    cursor, person = wanted.cursor, wanted.person_id
    kept = cursor and Cursor(cursor.older, cursor.at and _EPOCH, "")
    return replace(wanted, person_id=None if person is None else 0, cursor=kept, search=wanted.search.strip())


@lru_cache(maxsize=256)
def _page(reader: Reader, shape: Wanted, limit: int, *, along: bool) -> Any:
    backwards = shape.cursor is not None and not shape.cursor.older
    order = _order(shape.sort, backwards=backwards)
    page = _first(reader, _conditions(reader, shape, along=along), order, limit)
    return select(Referral).where(col(Referral.id).in_(page)).order_by(*order)


def _first(reader: Reader, found: list[ColumnElement[bool]], order: tuple[Any, ...], limit: int) -> Any:
    """Return the select of the ids of the first `limit` referrals that are `found`, in `order`.

    KSAF is party to nearly all of them and walks the order's index. A partner is party to few, which no such index
    knows: the first of its own, from an index that begins with the owner, are put beside those it looks on at.
    """
    chosen = select(Referral.id).where(*found).order_by(*order).limit(limit)
    if reader.is_operator:
        return chosen
    own = chosen.where(col(Referral.organisation_id) == _HERE).subquery()
    shared = select(ReferralParty.referral_id).where(
        col(ReferralParty.organisation_id) == _HERE,
        col(ReferralParty.role).in_(_LOOKING_ON),
        ReferralParty.is_live(_NOW),
    )
    return chosen.where(col(Referral.id).in_(union_all(select(own.c.id), shared)))


def _key(row: Referral, sort: Sort) -> datetime | None:
    return row.last_change_at if sort is Sort.CHANGE else row.next_due_at


def _conditions(reader: Reader, shape: Wanted, *, along: bool = False) -> list[ColumnElement[bool]]:
    """Return the SQL for the referrals within a reader's reach that are wanted."""
    found = [_in_group(shape.group), _drafts_of(reader), *needed_by(reader.role, _ME)]
    if shape.person_id is not None:
        who = Referral.assigned_to_id if reader.is_operator else Referral.contact_id
        found.append(col(who) == bindparam("person"))
    if shape.search:
        found.append(searching.fitting(shape.search, along=along))
    if shape.cursor is not None:
        found.append(_beyond(shape.sort, shape.cursor))
    return found


def _drafts_of(reader: Reader) -> ColumnElement[bool]:
    """Show a draft only to those of its own organisation who may write it."""
    sent = col(Referral.state) != State.DRAFT
    return or_(sent, col(Referral.organisation_id) == _HERE) if reader.edits else sent


def _in_group(group: Group) -> ColumnElement[bool]:
    state, waiting = col(Referral.state), col(Referral.waiting_on)
    groups: dict[Group, ColumnElement[bool]] = {
        Group.ALL: state != State.DISCARDED,
        Group.OPERATOR: and_(waiting == WaitingOn.OPERATOR, state.in_(OPEN)),
        Group.REFERRER: and_(waiting == WaitingOn.REFERRER, state.in_(OPEN)),
        Group.HELPED: state.in_(HELPED),
        Group.CLOSED: state.in_(ENDED - {State.DISCARDED}),
        Group.DRAFTS: state == State.DRAFT,
    }
    return groups[group]


def _order(sort: Sort, *, backwards: bool) -> tuple[Any, ...]:
    change, due, reference = col(Referral.last_change_at), col(Referral.next_due_at), col(Referral.reference)
    if sort is Sort.CHANGE:
        return (change.asc(), reference.asc()) if backwards else (change.desc(), reference.desc())
    return (due.desc().nulls_first(), reference.desc()) if backwards else (due.asc().nulls_last(), reference.asc())


def _beyond(sort: Sort, cursor: Cursor) -> ColumnElement[bool]:
    at, place = bindparam("at"), bindparam("reference")
    change, due, reference = col(Referral.last_change_at), col(Referral.next_due_at), col(Referral.reference)
    if sort is Sort.CHANGE:
        # Newest first, so that "older" is smaller. Compared as a pair, which both engines look up in the index.
        row, there = tuple_(change, reference), tuple_(bindparam("at", type_=cast("Any", change).type), place)
        return row < there if cursor.older else row > there
    tie = reference > place if cursor.older else reference < place
    if cursor.at is None:
        return and_(due.is_(None), tie) if cursor.older else or_(due.is_not(None), and_(due.is_(None), tie))
    beyond = or_(due > at, due.is_(None)) if cursor.older else due < at
    return or_(beyond, and_(due == at, tie))
