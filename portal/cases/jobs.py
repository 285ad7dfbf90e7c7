"""A week that ends without its update is an event: on the family's page, at the first pass of the scheduler after it.

The prompts that go with it are the deadline's own (`timescales/jobs.py`).
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col, select

from portal import db
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.cases.models import CaseWeek, SupportCase
from portal.db import Database
from portal.referrals import lifecycle
from portal.referrals.models import Referral, TimelineEntry
from portal.referrals.rules import State
from portal.web.dates import long_datetime

BATCH = 20
"""Weeks in one transaction, so that nobody waits long for it. Ours."""
LOOKS_BACK = timedelta(days=90)
"""How long an outage may last without a missed week going unnoted here; its page says "missed" all the same. Ours."""


def run(database: Database, now: datetime) -> dict[str, int]:
    """Note every week whose update was not posted by its deadline, each once, and return how many in "weeks_missed"."""
    missed = 0
    while done := _next_batch(database, now):
        missed += done
    return {"weeks_missed": missed}


def _next_batch(database: Database, now: datetime) -> int:
    with database.system_transaction() as session:
        found: list[Any] = list(session.execute(_owed(now)).all())
        return sum(_note(session, week, referral, now) for week, referral in found)


def _owed(now: datetime) -> Any:
    """Return the select of weeks to note. It takes the referral's lock first, as whoever posts an update does."""
    return (
        select(CaseWeek, Referral)
        .join(SupportCase, col(SupportCase.id) == col(CaseWeek.case_id))
        .join(Referral, col(Referral.id) == col(CaseWeek.referral_id))
        .where(
            col(CaseWeek.posted_at).is_(None),
            col(CaseWeek.missed_at).is_(None),
            col(CaseWeek.due_at) <= now,
            col(CaseWeek.due_at) > now - LOOKS_BACK,
            col(SupportCase.ended_at).is_(None),
            col(Referral.state) == State.IN_SUPPORT,
        )
        .order_by(col(CaseWeek.due_at), col(CaseWeek.id))
        .limit(BATCH)
        .with_for_update(of=Referral, skip_locked=True)
    )


def _note(session: Session, week: CaseWeek, referral: Referral, now: datetime) -> int:
    """Note one week as missed; 0 where somebody has posted it, or another pass has noted it, meanwhile."""
    still_owed = update(CaseWeek).where(
        col(CaseWeek.id) == week.id, col(CaseWeek.posted_at).is_(None), col(CaseWeek.missed_at).is_(None)
    )
    if not db.changed(session, still_owed.values(missed_at=now)):
        return 0
    session.add(
        TimelineEntry(
            organisation_id=referral.organisation_id,
            referral_id=referral.id or 0,
            at=now,
            kind="update_missed",
            title=f"KSAF missed the update of week {week.number}",
            body=f"It was due by {long_datetime(week.due_at)} and is still owed. KSAF’s managers have been told.",
        )
    )
    referral.last_change_at = now
    audit.append(
        lifecycle.operator_id(),
        Action.UPDATE_MISSED,
        subject=("referral", referral.id),
        actor_id=None,
        owner_id=referral.organisation_id,
        detail={"reference": referral.reference, "week": week.number},
    )
    session.flush()
    return 1
