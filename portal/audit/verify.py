"""Walking the chains: whole, or the first place where they are not."""

import json
from collections.abc import Iterator
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import LargeBinary, type_coerce
from sqlmodel import col, select

from portal import crypto, db
from portal.audit import chain
from portal.audit.models import AuditEvent, AuditHead, AuditPayload
from portal.audit.service import facts

BATCH = 1000


class UnreadableError(ValueError):
    """A row of a chain holds what no event could; the message names it."""


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
        try:
            broken = _break_in(int(organisation), now.get(organisation), kept)
        except UnreadableError as row:
            broken = str(row)
        if broken:
            return f"Chain of organisation {organisation}: {broken}"
    return _orphan(set(now))


def _break_in(organisation_id: int, head: dict[str, Any] | None, kept: dict[str, Any] | None) -> str | None:
    if head is None:
        return "the whole chain is gone."
    previous, sequence, anchored = chain.START, 0, kept is None or kept["sequence"] == 0
    for event, salt, detail in _events(organisation_id):
        sequence += 1
        wrong = _wrong(event, previous, sequence) or _wrong_detail(event, salt, detail)
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


def _wrong(event: AuditEvent, previous: str, sequence: int) -> str | None:
    if event.sequence != sequence:
        return f"event {sequence} is missing."
    if event.previous_hash != previous:
        return f"event {sequence} does not follow event {sequence - 1}."
    if event.hash != chain.link(previous, facts(event)):
        return f"event {sequence} was changed."
    return None


def _wrong_detail(event: AuditEvent, salt: str | None, detail: bytes | None) -> str | None:
    if salt is None or detail is None:  # erased, which retention may do
        return None
    try:
        fits = chain.payload_digest(salt, json.loads(crypto.decrypt(detail))) == event.payload_digest
    except (InvalidToken, ValueError, TypeError):
        fits = False
    return None if fits else f"the detail of event {event.sequence} was changed."


def _events(organisation_id: int) -> Iterator[tuple[AuditEvent, str | None, bytes | None]]:
    """Give each event with its detail's salt and ciphertext, in order; raises UnreadableError at a row that is none."""
    chain_of = (
        select(AuditEvent, col(AuditPayload.salt), type_coerce(col(AuditPayload.detail), LargeBinary))
        .join(AuditPayload, col(AuditPayload.event_id) == col(AuditEvent.id), isouter=True)
        .where(col(AuditEvent.organisation_id) == organisation_id)
        .order_by(col(AuditEvent.sequence))
    )
    following, batch = chain_of, BATCH
    last = 0
    while True:
        try:
            found = db.session().execute(following.limit(batch)).all()
        except (ValueError, TypeError):
            if batch == 1:
                raise UnreadableError(f"event {last + 1} cannot be read.") from None
            batch = 1  # one at a time from here on, to name the row
            continue
        if not found:
            return
        for event, salt, detail in found:
            yield event, salt, detail
            last = event.sequence
        following = chain_of.where(col(AuditEvent.sequence) > last)


def _orphan(known: set[str]) -> str | None:
    chains = db.session().scalars(select(AuditEvent.organisation_id).distinct())
    lost = sorted(organisation for organisation in chains if str(organisation) not in known)
    return f"Chain of organisation {lost[0]}: it has no head." if lost else None
