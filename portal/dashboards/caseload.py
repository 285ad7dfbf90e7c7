"""The families somebody at KSAF works with: the week each is in, what is due next, and where its summary stands."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.cases.models import CompletionSummary, SummaryState, SupportCase
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.queries import within_need

MOST = 50
_PAGES = {"completion_summary": "summary"}


@dataclass(frozen=True)
class Family:
    """A family in support, and where its completion summary stands: None before it is begun."""

    referral: Referral
    summary: SummaryState | None
    is_returned: bool | None


def caseload(reading: Reading) -> Listed:
    """Return the open families of the reader, whatever is due first on top."""
    actor = reading.actor
    found = _families(actor)
    rows = [_item(actor, each) for each in found]
    delivers = actor.role is Role.FAMILY_OUTREACH_PRACTITIONER
    title = "Your families" if delivers else "Families you manage"
    empty = (
        "You have no family in support. Each appears here once it has been allocated to you, with the week it is in and"
        " what is due next."
    )
    said = f"{len(rows)} {'family' if len(rows) == 1 else 'families'}"
    return Listed(f"{title} ({len(rows)})", said, rows, empty, Link("What is due this week", "/this-week"))


def _families(actor: Actor) -> list[Family]:
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    returned = col(CompletionSummary.comment).is_not(None).label("returned")
    wanted: Any = select(Referral, CompletionSummary.state, returned)
    wanted = (
        wanted.join(
            SupportCase, and_(col(SupportCase.referral_id) == col(Referral.id), col(SupportCase.ended_at).is_(None))
        )
        .outerjoin(CompletionSummary, col(CompletionSummary.case_id) == col(SupportCase.id))
        .where(*within_need(actor), *_whose(actor))
        .order_by(col(Referral.next_due_at).asc().nulls_last(), col(Referral.reference))
        .limit(MOST)
    )
    return [Family(*row) for row in db.session().execute(wanted).all()]


def _whose(actor: Actor) -> list[ColumnElement[bool]]:
    """A manager looks over all families; the others over those they manage or work with."""
    if actor.role is Role.MANAGER:
        return []
    mine = SupportCase.case_manager_id if actor.role is Role.CASE_MANAGER else SupportCase.practitioner_id
    return [col(mine) == actor.user_id]


def _item(actor: Actor, family: Family) -> Item:
    referral = family.referral
    words, tone = progress.following(referral, clock.now(), is_operator=True)
    parts = [
        progress.support_so_far(referral),
        "" if referral.practitioner_id == actor.user_id else referral.practitioner_name or "nobody works with them yet",
        _summary(family),
    ]
    said = ", ".join(part for part in parts if part)
    return Item(
        title=progress.child_in_list(referral),
        href=f"/referrals/{referral.reference}/{_PAGES.get(referral.next_due_kind or '', 'support')}",
        detail=f"{referral.reference}. {said}",
        words=words,
        tone=tone,
    )


def _summary(family: Family) -> str:
    if family.summary is SummaryState.PROPOSED:
        return "summary waits for a manager"
    if family.summary is SummaryState.AUTHORISED:
        return "summary authorised"
    return "summary returned by a manager" if family.is_returned else ""
