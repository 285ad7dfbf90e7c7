"""The hand-over to CPOMS: what is not there yet, what is and by whom, and marking it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.referrals.models import Referral
from portal.safeguarding import authorities, cpoms_items
from portal.safeguarding.cpoms_items import MOST, Item
from portal.safeguarding.models import Concern, ConcernDecision, CpomsRecord
from portal.safeguarding.queries import may_read
from portal.timescales import news
from portal.timescales.news import News

RECENT = 20
"""How many of the newest records the page names: ours."""


@dataclass(frozen=True)
class Recorded:
    """Something that is in CPOMS: what, and by whom and when it was put there."""

    title: str
    row: CpomsRecord


def to_record(actor: Actor) -> list[Item]:
    """Return what belongs in CPOMS and is not there yet, the first that happened first."""
    if not may_read(actor):
        return []
    found = [*_concerns(), *_decisions(), *authorities.known().to_record(actor)]
    return sorted(found, key=lambda each: each.at)[:MOST]


def recorded(actor: Actor) -> list[Recorded]:
    """Return what was recorded in CPOMS last, the newest first."""
    if not may_read(actor):
        return []
    newest = select(CpomsRecord).order_by(col(CpomsRecord.id).desc()).limit(RECENT)
    kinds = {"concern": "Concern", "decision": "Decision", "statutory": "Statutory referral"}
    return [Recorded(kinds[row.kind], row) for row in db.session().scalars(newest).all()]


def record(actor: Actor, names: Collection[str]) -> list[Item]:
    """Mark those things named that are not in CPOMS yet as recorded there by `actor` now, and return them.

    Once nothing is left, the team's prompt closes.
    """
    waiting = to_record(actor)
    chosen = [each for each in waiting if each.name in names]
    for each in chosen:
        db.session().add(_row(actor, each))
        audit.record(actor, Action.CPOMS_RECORDED, subject=("cpoms", None), kind=each.kind, key=each.key)
    db.session().flush()
    if chosen and len(chosen) == len(waiting):
        why = f"{actor.name} recorded it in CPOMS."
        news.settle(News.CPOMS_OWED, "", why, organisation_id=actor.organisation_id)
    return chosen


def note_copy(actor: Actor, items: Sequence[Item]) -> None:
    """Record that `actor` took `items` out of the portal as text."""
    with db.own_transaction(actor.organisation_id):
        audit.record(
            actor,
            Action.CPOMS_EXPORTED,
            subject=("cpoms", None),
            owner_id=actor.organisation_id,
            items=[each.name for each in items],
        )


def _row(actor: Actor, each: Item) -> CpomsRecord:
    return CpomsRecord(
        organisation_id=actor.organisation_id,
        kind=each.kind,
        item_key=each.key,
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
        recorded_by_name=actor.name,
    )


def _concerns() -> list[Item]:
    there = and_(col(CpomsRecord.kind) == "concern", col(CpomsRecord.item_key) == col(Concern.reference))
    wanted = (
        select(Concern, Referral)
        .join(Referral, col(Referral.id) == col(Concern.referral_id))
        .outerjoin(CpomsRecord, there)
        .where(col(CpomsRecord.id).is_(None))
        .order_by(col(Concern.id))
        .limit(MOST)
    )
    return [cpoms_items.of_concern(concern, referral) for concern, referral in db.session().execute(wanted).all()]


def _decisions() -> list[Item]:
    there = and_(col(CpomsRecord.kind) == "decision", col(CpomsRecord.item_key) == col(ConcernDecision.key))
    wanted = (
        select(ConcernDecision, Concern, Referral)
        .join(Concern, col(Concern.id) == col(ConcernDecision.concern_id))
        .join(Referral, col(Referral.id) == col(Concern.referral_id))
        .outerjoin(CpomsRecord, there)
        .where(col(CpomsRecord.id).is_(None))
        .order_by(col(ConcernDecision.id))
        .limit(MOST)
    )
    return [cpoms_items.of_decision(*row) for row in db.session().execute(wanted).all()]
