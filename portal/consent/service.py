"""Writing the ledger. Entries are only ever added; the database refuses to change or remove one."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Author
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.consent import wording
from portal.consent.models import ConsentEvent, Position
from portal.consent.statements import About, Giver, Statement
from portal.web.dates import today

# Where nobody was asked, no wording was shown.
_WITHOUT_WORDING = frozenset({Position.NOT_ASKED, Position.SHARED_WITHOUT})


def record_from_referral(
    actor: Author,
    about: About,
    to_whom: str,
    statements: Sequence[Statement],
    giver: Giver | None = None,
    shown: wording.Wording | None = None,
) -> list[ConsentEvent]:
    """Enter what is said about consent into a referral's ledger, one entry a statement, recorded now by `actor`.

    Takes the named organisation the consent is for (`to_whom`), who gave it (None when nobody did), and the wording
    `shown`, where it was not the one of the day. Each entry points at the earlier one about the same purpose that it
    supersedes, and is audited. Returns them in order.
    """
    session, earlier = db.session(), _newest(about.referral_id)
    shown = shown or _wording_on(today())
    made = [
        _entry(actor, about, to_whom, statement, giver, shown, earlier.get(statement.purpose))
        for statement in statements
    ]
    session.add_all(made)
    session.flush()
    for entry in made:
        audit.record(
            actor,
            Action.CONSENT_RECORDED,
            subject=("consent_event", entry.id),
            owner_id=about.owner_id,
            reference=about.reference,
            purpose=entry.purpose,
            position=entry.position.value,
        )
    return made


def _entry(
    actor: Author,
    about: About,
    to_whom: str,
    statement: Statement,
    giver: Giver | None,
    shown: wording.Wording | None,
    supersedes_id: int | None,
) -> ConsentEvent:
    worded = shown if statement.position not in _WITHOUT_WORDING else None
    return ConsentEvent(
        organisation_id=about.owner_id,
        referral_id=about.referral_id,
        purpose=statement.purpose,
        position=statement.position,
        given_by=giver.name if giver else None,
        capacity=giver.capacity if giver else None,
        to_whom=statement.to_whom or to_whom,
        method=giver.method if giver else None,
        effective_on=giver.effective_on if giver else None,
        wording_version=worded.id if worded else None,
        wording_hash=wording.wording_hash(worded) if worded else None,
        limits=statement.limits,
        detail=_detail(statement),
        recorded_by_id=actor.user_id,
        recorded_at=clock.now(),
        supersedes_id=supersedes_id,
    )


def _detail(statement: Statement) -> dict[str, Any] | None:
    grounds = {"grounds": [list(pair) for pair in statement.grounds]} if statement.grounds else {}
    thread = {"thread": statement.thread} if statement.thread else {}
    return {**grounds, **thread} or None


def _newest(referral_id: int) -> dict[str, int]:
    """Return the id of the newest entry about each purpose."""
    entries = select(ConsentEvent.purpose, ConsentEvent.id).where(col(ConsentEvent.referral_id) == referral_id)
    rows = db.session().execute(entries.order_by(col(ConsentEvent.id))).all()
    return {purpose: entry_id for purpose, entry_id in rows if entry_id is not None}


def _wording_on(day: dt.date) -> wording.Wording | None:
    """Return the published wording in force on `day`; None before the first."""
    try:
        return wording.current(day)
    except ValueError:
        return None
