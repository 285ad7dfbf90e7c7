"""What the policy lets go: which records, since when, by reference alone.

Every organisation's records are asked for, KSAF's and those of partners who never sent them: each call needs a system
transaction, or a manager's page that opens one for it. Nothing but references and days leaves these queries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlmodel import col

from portal import db
from portal.accounts.models import Membership, User
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.models import Enquiry
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.referrals.sharing.models import SharingDecision
from portal.retention import holds, policy
from portal.retention.erasing import table_called
from portal.retention.models import ApprovedItem, Erasure
from portal.retention.rules import Facts, Length, referral_due_on
from portal.safeguarding.models import Concern
from portal.transfers.statutory.models import StatutoryReferral
from portal.web.dates import LONDON, in_london

STATES: dict[str, tuple[State, ...]] = {
    "referral": (State.CLOSED,),
    "not_taken_on": (State.NOT_ACCEPTED, State.WITHDRAWN),
    "draft": (State.DRAFT, State.DISCARDED),
}
"""The states in which a referral's time runs, by the rule it runs under. What is open is not counted at all."""

_SAFEGUARDING = (Concern, StatutoryReferral, SharingDecision)


@dataclass(frozen=True)
class Due:
    """One record whose time is over: the rule, its row, what people call it, and since when."""

    rule: str
    kind: str
    subject_id: int
    reference: str
    due_on: date


def due(today: date, limit: int) -> list[Due]:
    """Return up to `limit` records whose time is over on the London day `today`: referrals first, oldest first."""
    each = [select(_waiting(kind, today).limit(limit).subquery()) for kind in KINDS]
    order = list(KINDS)
    found = db.session().execute(union_all(*each)).all()
    return [_due(row) for row in sorted(found, key=lambda row: (order.index(row.kind), row.at, row.id))[:limit]]


def counts(today: date) -> tuple[dict[str, int], int]:
    """Return how many records are due on `today` by kind, and how many approved ones wait for their turn."""
    each = (
        select(func.count()).select_from(_waiting(kind, today).order_by(None).subquery()).scalar_subquery()
        for kind in KINDS
    )
    going = select(func.count()).where(col(ApprovedItem.settled_at).is_(None)).scalar_subquery()
    *numbers, waiting = db.session().execute(select(*each, going)).one()
    return dict(zip(KINDS, numbers, strict=True)), waiting


def still_due(kind: str, subject_id: int, today: date) -> bool:
    """Say whether one record is due on `today` and nothing holds it, whether or not it has been approved."""
    column, asked = KINDS[kind]
    return db.session().execute(asked(today).where(column == subject_id)).first() is not None


def newest_erasures(limit: int) -> list[Erasure]:
    """Return the newest `limit` erasures, the newest first."""
    return list(db.session().scalars(select(Erasure).order_by(col(Erasure.id).desc()).limit(limit)))


def has_safeguarding() -> ColumnElement[bool]:
    """Return the SQL that is true of a referral on which a safeguarding record hangs."""
    return or_(*(exists().where(col(kind.referral_id) == col(Referral.id)) for kind in _SAFEGUARDING))


def end_of(day: date) -> datetime:
    """Return the instant at which the London day `day` is over."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON)


def _waiting(kind: str, today: date) -> Any:
    """Return the select of what is due and that nobody has approved yet."""
    column, asked = KINDS[kind]
    approved = exists().where(
        col(ApprovedItem.kind) == kind, col(ApprovedItem.subject_id) == column, col(ApprovedItem.settled_at).is_(None)
    )
    return asked(today).where(~approved)


def _referrals(today: date) -> Any:
    ordinary = [
        and_(col(Referral.state).in_(states), col(Referral.last_change_at) < _cut(rule, today))
        for rule, states in STATES.items()
    ]
    born, safeguarding = col(Referral.child_date_of_birth), has_safeguarding()
    grown = or_(
        born <= _length("safeguarding").before(today),
        and_(born.is_(None), col(Referral.last_change_at) < _cut("safeguarding", today)),
    )
    return (
        _asked("referral", col(Referral.id), col(Referral.reference), col(Referral.last_change_at))
        .add_columns(
            cast(col(Referral.state), String).label("state"),
            born.label("born"),
            safeguarding.label("safeguarding"),
        )
        .where(or_(*ordinary), or_(~safeguarding, grown))
        .where(~_is_erased("referral", col(Referral.id)), ~holds.stands_on(col(Referral.id)))
        .order_by(col(Referral.last_change_at), col(Referral.id))
    )


def _enquiries(today: date) -> Any:
    owed = exists().where(col(CallBack.enquiry_id) == col(Enquiry.id), col(CallBack.ended_at).is_(None))
    at = col(Enquiry.recorded_at)
    return (
        _of_no_child(_asked("enquiry", col(Enquiry.id), col(Enquiry.reference), at))
        .where(at < _cut("enquiry", today), ~owed)
        .where(~_is_erased("enquiry", col(Enquiry.id)), ~holds.stands_on(col(Enquiry.draft_id)))
        .order_by(at, col(Enquiry.id))
    )


def _call_backs(today: date) -> Any:
    at = col(CallBack.ended_at)
    gone_with = (
        _is_erased("call_back", col(CallBack.id)),
        _is_erased("referral", col(CallBack.referral_id)),
        _is_erased("enquiry", col(CallBack.enquiry_id)),
    )
    return (
        _of_no_child(_asked("call_back", col(CallBack.id), col(CallBack.reference), at))
        .where(at < _cut("call_back", today), ~or_(*gone_with), ~holds.stands_on(col(CallBack.referral_id)))
        .order_by(at, col(CallBack.id))
    )


def _accounts(today: date) -> Any:
    """People with no membership left, by the end of their last one."""
    left, count = func.max(col(Membership.ended_at)), func.count
    # An account has no reference: its number says which row, and nobody who it is.
    called = literal("account ") + cast(col(User.id), String)
    return (
        _of_no_child(_asked("account", col(User.id), called, left))
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(~_is_erased("account", col(User.id)))
        .group_by(col(User.id))
        .having(count(col(Membership.id)) == count(col(Membership.ended_at)), left < _cut("account", today))
        .order_by(left, col(User.id))
    )


def _data_requests(today: date) -> Any:
    """Requests about data since they were answered; not while a hold stands on a record one is about."""
    # The register lives above this floor: it is known by its tables, as parts.toml knows all of them.
    asked, about = table_called("data_request"), table_called("data_request_referral")
    held = exists().where(about.c.data_request_id == asked.c.id, holds.stands_on(about.c.referral_id))
    at = asked.c.answered_at
    return (
        _of_no_child(_asked("data_request", asked.c.id, asked.c.reference, at))
        .where(at < _cut("data_request", today), ~held, ~_is_erased("data_request", asked.c.id))
        .order_by(at, asked.c.id)
    )


KINDS: dict[str, tuple[Any, Callable[[date], Any]]] = {
    "referral": (col(Referral.id), _referrals),
    "enquiry": (col(Enquiry.id), _enquiries),
    "call_back": (col(CallBack.id), _call_backs),
    "account": (col(User.id), _accounts),
    "data_request": (literal_column("data_request.id"), _data_requests),
}
"""The column of a record's id, and the select of those that are due and that nothing holds."""


def _asked(kind: str, number: Any, reference: Any, at: Any) -> Any:
    """Begin the select of a kind of record: each has the columns of all, so that one query has them all."""
    return select(literal(kind).label("kind"), number.label("id"), reference.label("reference"), at.label("at"))


def _of_no_child(asked: Any) -> Any:
    return asked.add_columns(
        literal("").label("state"), cast(null(), Date).label("born"), literal(value=False).label("safeguarding")
    )


def _due(row: Any) -> Due:
    begun = in_london(row.at).date()
    if row.kind != "referral":
        return Due(row.kind, row.kind, row.id, row.reference, _length(row.kind).after(begun))
    rule = next(rule for rule, states in STATES.items() if State(row.state) in states)
    facts = Facts(begun, row.born, bool(row.safeguarding))
    due_on = referral_due_on(facts, _length(rule), _length("safeguarding"))
    return Due("safeguarding" if row.safeguarding else rule, "referral", row.id, row.reference, due_on)


def _is_erased(kind: str, column: Any) -> ColumnElement[bool]:
    return exists().where(col(Erasure.kind) == kind, col(Erasure.subject_id) == column)


def _length(rule: str) -> Length:
    return policy.load()[rule].length


def _cut(rule: str, today: date) -> datetime:
    """Return the instant before which a record must have begun for its time to be over on `today`."""
    return end_of(_length(rule).before(today))
