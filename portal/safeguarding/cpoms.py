"""The hand-over to CPOMS: what is not there yet, what is and by whom, and marking it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
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
_KINDS = {
    "concern": "Concern",
    "decision": "Decision",
    "statutory": "Statutory referral",
    "contact": "Contact with the family",
}


@dataclass(frozen=True)
class Recorded:
    """Something that is in CPOMS: what, and by whom and when it was put there."""

    title: str
    row: CpomsRecord

    @property
    def name(self) -> str:
        """Return the name by which its text can be asked for again."""
        return f"{self.row.kind}:{self.row.item_key}"


def to_record(actor: Actor) -> list[Item]:
    """Return what belongs in CPOMS and is not there yet, the first that happened first."""
    return sorted(_read(actor, recorded=False), key=lambda each: each.at)[:MOST]


def find(actor: Actor, name: str) -> Item | None:
    """Return the thing of this name, whether it is in CPOMS or not: as far back as the page names what is."""
    everything = (*_read(actor, recorded=False), *_read(actor, recorded=True))
    return next((each for each in everything if each.name == name), None)


def recorded(actor: Actor) -> list[Recorded]:
    """Return what was recorded in CPOMS last, the newest first."""
    if not may_read(actor):
        return []
    newest = select(CpomsRecord).order_by(col(CpomsRecord.id).desc()).limit(RECENT)
    return [Recorded(_KINDS[row.kind], row) for row in db.session().scalars(newest).all()]


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


def _read(actor: Actor, *, recorded: bool) -> list[Item]:
    if not may_read(actor):
        return []
    above = authorities.known().for_cpoms
    return [*_concerns(recorded=recorded), *(item for source in above for item in source(actor, recorded))]


def _concerns(*, recorded: bool) -> list[Item]:
    """Return concerns and decisions about them, in one query: a page has few to spend."""
    concern_there, decision_there = _is_there("concern", Concern.reference), _is_there("decision", ConcernDecision.key)
    decided = col(ConcernDecision.id).is_not(None)
    asked = or_(concern_there, decision_there) if recorded else or_(~concern_there, and_(decided, ~decision_there))
    wanted = (
        select(Concern, ConcernDecision, Referral)
        .add_columns(concern_there, decision_there)
        .join(Referral, col(Referral.id) == col(Concern.referral_id))
        .outerjoin(ConcernDecision, col(ConcernDecision.concern_id) == col(Concern.id))
        .where(asked, col(Referral.anonymised_at).is_(None))
        .order_by(col(Concern.id).desc() if recorded else col(Concern.id), col(ConcernDecision.id))
        .limit(MOST)
    )
    found: dict[str, Item] = {}
    for concern, decision, referral, is_concern_there, is_decision_there in db.session().execute(wanted).all():
        if bool(is_concern_there) is recorded:
            item = cpoms_items.of_concern(concern, referral)
            found.setdefault(item.name, item)
        if decision is not None and bool(is_decision_there) is recorded:
            item = cpoms_items.of_decision(decision, concern, referral)
            found[item.name] = item
    return list(found.values())


def _is_there(kind: str, key: Any) -> ColumnElement[bool]:
    there = select(CpomsRecord.id).where(col(CpomsRecord.kind) == kind, col(CpomsRecord.item_key) == col(key))
    return there.exists()
