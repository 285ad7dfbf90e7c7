"""Walking the chains: whole, or the first place where they are not."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import col, select

from portal import db
from portal.audit import chain
from portal.audit.models import AuditEvent, AuditHead, AuditPayload
from portal.audit.service import facts

BATCH = 1000


def heads() -> dict[str, dict[str, Any]]:
    """Return each chain's end by organisation id, for keeping elsewhere as an anchor. Needs a system transaction."""
    found = db.session().scalars(select(AuditHead).order_by(col(AuditHead.organisation_id)))
    return {str(head.organisation_id): {"sequence": head.sequence, "hash": head.hash} for head in found}


def first_break(anchor: dict[str, dict[str, Any]] | None = None) -> str | None:
    """Return, in words, the first place where a chain is broken, or None when all are whole.

    An `anchor` from an earlier `heads()` also shows a chain cut short or written anew. Needs a system transaction.
    """
    now = heads()
    organisations: set[str] = {*now, *(anchor or {})}
    for organisation in sorted(organisations):
        kept = (anchor or {}).get(organisation)
        broken = _break_in(int(organisation), now.get(organisation), kept)
        if broken:
            return f"Chain of organisation {organisation}: {broken}"
    return _orphan(set(now))


def _break_in(organisation_id: int, head: dict[str, Any] | None, kept: dict[str, Any] | None) -> str | None:
    if head is None:
        return "the whole chain is gone."
    previous, sequence, anchored = chain.START, 0, kept is None or kept["sequence"] == 0
    for event, payload in _events(organisation_id):
        sequence += 1
        wrong = _wrong(event, payload, previous, sequence)
        if wrong:
            return wrong
        previous = event.hash
        if kept and kept["sequence"] == sequence:
            if kept["hash"] != event.hash:
                return f"event {sequence} is not the one the anchor holds."
            anchored = True
    if (head["sequence"], head["hash"]) != (sequence, previous):
        return f"it ends at event {sequence}, but its head says {head['sequence']}."
    return None if anchored else f"it ends at event {sequence}, before the anchor."


def _wrong(event: AuditEvent, payload: AuditPayload | None, previous: str, sequence: int) -> str | None:
    if event.sequence != sequence:
        return f"event {sequence} is missing."
    if event.previous_hash != previous:
        return f"event {sequence} does not follow event {sequence - 1}."
    if event.hash != chain.link(previous, facts(event)):
        return f"event {sequence} was changed."
    if payload and chain.payload_digest(payload.salt, payload.detail) != event.payload_digest:
        return f"the detail of event {sequence} was changed."
    return None


def _events(organisation_id: int) -> Iterator[tuple[AuditEvent, AuditPayload | None]]:
    last = 0
    while True:
        batch = (
            db.session()
            .execute(
                select(AuditEvent, AuditPayload)
                .join(AuditPayload, col(AuditPayload.event_id) == col(AuditEvent.id), isouter=True)
                .where(col(AuditEvent.organisation_id) == organisation_id, col(AuditEvent.sequence) > last)
                .order_by(col(AuditEvent.sequence))
                .limit(BATCH)
            )
            .all()
        )
        if not batch:
            return
        for event, payload in batch:
            yield event, payload
            last = event.sequence


def _orphan(known: set[str]) -> str | None:
    chains = db.session().scalars(select(AuditEvent.organisation_id).distinct())
    lost = sorted(organisation for organisation in chains if str(organisation) not in known)
    return f"Chain of organisation {lost[0]}: it has no head." if lost else None
