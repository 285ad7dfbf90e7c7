"""What the policy lets go: which records, since when, by reference alone.

Every organisation's records are asked for, KSAF's and those of partners who never sent them: each call needs a system
transaction, or a manager's page that opens one for it. Nothing but references and days leaves these queries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlmodel import col

from portal import db
from portal.accounts.models import Membership, User
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.models import Enquiry
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.referrals.sharing.models import SharingDecision
from portal.retention import policy
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
    """Return up to `limit` records whose time is over on the London day `today`, those of each rule oldest first."""
    found: list[Due] = []
    for kind, asked in _KINDS.items():
        found += [_READ[kind](row) for row in db.session().execute(asked(today).limit(limit - len(found)))]
        if len(found) >= limit:
            break
    return found


def count_due(today: date) -> dict[str, int]:
    """Return how many records are due on `today`, by kind: referral, enquiry, call_back, account."""
    return {
        kind: db.session().scalar(select(func.count()).select_from(asked(today).order_by(None).subquery())) or 0
        for kind, asked in _KINDS.items()
    }


def has_safeguarding() -> ColumnElement[bool]:
    """Return the SQL that is true of a referral on which a safeguarding record hangs."""
    return or_(*(exists().where(col(kind.referral_id) == col(Referral.id)) for kind in _SAFEGUARDING))


def _referrals(today: date) -> Any:
    ordinary = [
        and_(col(Referral.state).in_(states), col(Referral.last_change_at) < _end_of(_length(rule).before(today)))
        for rule, states in STATES.items()
    ]
    of_age = _length("safeguarding").before(today)
    grown = or_(
        col(Referral.child_date_of_birth) <= of_age,
        and_(col(Referral.child_date_of_birth).is_(None), col(Referral.last_change_at) < _end_of(of_age)),
    )
    columns = (Referral.id, Referral.reference, Referral.state, Referral.last_change_at, Referral.child_date_of_birth)
    return (
        select(*map(col, columns))
        .add_columns(has_safeguarding().label("safeguarding"))
        .where(or_(*ordinary), or_(~has_safeguarding(), grown))
        .order_by(col(Referral.last_change_at), col(Referral.reference))
    )


def _referral(row: Any) -> Due:
    rule = next(rule for rule, states in STATES.items() if row.state in states)
    facts = Facts(in_london(row.last_change_at).date(), row.child_date_of_birth, bool(row.safeguarding))
    due_on = referral_due_on(facts, _length(rule), _length("safeguarding"))
    return Due("safeguarding" if row.safeguarding else rule, "referral", row.id, row.reference, due_on)


def _enquiries(today: date) -> Any:
    owed = exists().where(col(CallBack.enquiry_id) == col(Enquiry.id), col(CallBack.ended_at).is_(None))
    cut = _end_of(_length("enquiry").before(today))
    return (
        select(col(Enquiry.id), col(Enquiry.reference), col(Enquiry.recorded_at).label("at"))
        .where(col(Enquiry.recorded_at) < cut, ~owed)
        .order_by(col(Enquiry.recorded_at), col(Enquiry.id))
    )


def _call_backs(today: date) -> Any:
    cut = _end_of(_length("call_back").before(today))
    return (
        select(col(CallBack.id), col(CallBack.reference), col(CallBack.ended_at).label("at"))
        .where(col(CallBack.ended_at) < cut)
        .order_by(col(CallBack.ended_at), col(CallBack.id))
    )


def _accounts(today: date) -> Any:
    """People with no membership left, by the end of their last one."""
    cut = _end_of(_length("account").before(today))
    left = func.max(col(Membership.ended_at))
    return (
        select(col(User.id), left.label("at"))
        .join(Membership, col(Membership.user_id) == col(User.id))
        .group_by(col(User.id))
        .having(func.count(col(Membership.id)) == func.count(col(Membership.ended_at)), left < cut)
        .order_by(left, col(User.id))
    )


def _simple(kind: str) -> Callable[[Any], Due]:
    def read(row: Any) -> Due:
        # An account has no reference: its number says which row, and nobody who it is.
        called = row.reference if hasattr(row, "reference") else f"account {row.id}"
        at = row.at if isinstance(row.at, datetime) else datetime.fromisoformat(row.at)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return Due(kind, kind, row.id, called, _length(kind).after(in_london(at).date()))

    return read


_KINDS: dict[str, Callable[[date], Any]] = {
    "referral": _referrals,
    "enquiry": _enquiries,
    "call_back": _call_backs,
    "account": _accounts,
}
_READ: dict[str, Callable[[Any], Due]] = {"referral": _referral} | {
    kind: _simple(kind) for kind in ("enquiry", "call_back", "account")
}


def _length(rule: str) -> Length:
    return policy.load()[rule].length


def _end_of(day: date) -> datetime:
    """Return the instant at which the London day `day` is over."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON)
