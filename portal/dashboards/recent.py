"""The referrals that changed last, with what their reader has not seen yet: one query for several panels."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import PartyRole, ReferralParty, Scope
from portal.access.roles import Role
from portal.referrals import record
from portal.referrals.listing import Reader, newest
from portal.referrals.models import Referral, SeenMark, TimelineEntry

_ME = bindparam("me")
MOST = 50
"""How far back a first page looks: ours. The list of referrals has the rest."""


@dataclass(frozen=True)
class Recent:
    """A referral, on what terms the reader's organisation sees it, and the newest of `unread` entries of its timeline.

    Where only its status is shared there is no entry, nor where the reader has seen all of it.
    """

    referral: Referral
    party: ReferralParty
    title: str | None
    at: datetime | None
    unread: int

    @property
    def is_shared(self) -> bool:
        """Say whether the reader's organisation only looks on."""
        return self.party.role is PartyRole.SHARED


def referrals(actor: Actor) -> list[Recent]:
    """Return the referrals near to `actor` that changed last, newest first, at most MOST: one query, no text decrypted.

    An organisation with several live bases sees as far as the widest of them.
    """
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    asked = {"me": actor.user_id, "here": actor.organisation_id, "now": clock.now()}
    order, found = list(Scope), dict[int | None, Recent]()
    for row in db.session().execute(_near(Reader.of(actor)), asked).all():
        each = Recent(*row)
        before = found.get(each.referral.id)
        if before is None or order.index(before.party.scope) < order.index(each.party.scope):
            found[each.referral.id] = each
    return list(found.values())


@cache
def _near(reader: Reader) -> Any:
    """Return the select of `referrals`: of parameters, so that it is made once for all who read as far."""
    # Chosen first, so that the timelines of those alone are looked into.
    last = newest(reader, MOST, *_own_families(reader.role))
    here = and_(
        col(ReferralParty.referral_id) == col(Referral.id),
        col(ReferralParty.organisation_id) == bindparam("here"),
        ReferralParty.is_live(bindparam("now")),
    )
    entry, count = _unread(is_operator=reader.is_operator)
    found = select(ReferralParty.id, entry, count).select_from(Referral).join(ReferralParty, here)
    # With an OFFSET PostgreSQL takes it as it stands, and then looks the entries up by their numbers. What a subquery
    # answers it would not ask the index of a table that has a policy, and so read every timeline there is.
    near = found.where(col(Referral.id).in_(last)).offset(literal_column("0")).subquery()
    wanted: Any = select(  # pyright: ignore[reportCallIssue] - SQLModel types four columns at most
        Referral, ReferralParty, TimelineEntry.title, TimelineEntry.at, near.c.unread
    )
    return (
        wanted.join(ReferralParty, col(ReferralParty.referral_id) == col(Referral.id))
        .join(near, near.c.id == col(ReferralParty.id))
        .outerjoin(TimelineEntry, and_(col(TimelineEntry.id) == near.c.entry, col(ReferralParty.scope) != Scope.STATUS))
        .order_by(col(Referral.last_change_at).desc(), col(Referral.reference).desc())
    )


def _own_families(role: Role) -> list[ColumnElement[bool]]:
    """Narrow what a case manager is told of to their own families; the others read what is within their need."""
    if role is not Role.CASE_MANAGER:
        return []
    return [or_(col(Referral.case_manager_id) == _ME, col(Referral.assigned_to_id) == _ME)]


def _unread(*, is_operator: bool) -> tuple[Any, Any]:
    """Return the SQL for the newest entry of a referral that a reader may read and has not seen, and for how many."""
    entry = aliased(TimelineEntry)
    seen = select(func.max(SeenMark.entry_id)).where(
        col(SeenMark.user_id) == _ME, col(SeenMark.referral_id) == col(entry.referral_id)
    )
    unread = (
        col(entry.referral_id) == col(Referral.id),
        col(entry.id) > func.coalesce(seen.scalar_subquery(), 0),
        or_(col(entry.actor_id).is_(None), col(entry.actor_id) != _ME),
        *record.readable(_ME, entry, ReferralParty.reads_whole(), is_operator=is_operator),
    )
    last, count = (select(each).where(*unread).scalar_subquery() for each in (func.max(entry.id), func.count()))
    return last.label("entry"), count.label("unread")
