"""What belongs in CPOMS, each thing as text to paste there or to file. CPOMS stays KSAF's safeguarding case record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_
from sqlmodel import col

from portal.access.actor import Actor
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.safeguarding import facts
from portal.safeguarding.models import Concern, ConcernDecision, CpomsRecord
from portal.safeguarding.rules import OUTCOMES
from portal.web.dates import date_only

MOST = 200
"""How many things the list takes at once: ours. What is beyond follows once these are recorded."""
_LINE = "\n" + "-" * 60 + "\n"


@dataclass(frozen=True)
class Item:
    """One thing to record in CPOMS: its kind and key name it, `title` and `text` are what a person reads."""

    kind: str
    key: str
    title: str
    child: str
    at: datetime
    text: str
    href: str

    @property
    def name(self) -> str:
        """Return the name by which a form sends it back."""
        return f"{self.kind}:{self.key}"


Source = Callable[[Actor, bool], list[Item]]
"""Reads one kind of thing for an actor: what is in CPOMS (True), the newest first, or is not yet, the oldest first."""


def narrowed(wanted: Any, kind: str, key: Any, row_id: Any, *, recorded: bool) -> Any:
    """Return the select `wanted` of one kind of thing, narrowed to those that are in CPOMS or to those that are not."""
    there = and_(col(CpomsRecord.kind) == kind, col(CpomsRecord.item_key) == key)
    if recorded:
        return wanted.join(CpomsRecord, there).order_by(col(CpomsRecord.id).desc()).limit(MOST)
    return wanted.outerjoin(CpomsRecord, there).where(col(CpomsRecord.id).is_(None)).order_by(row_id).limit(MOST)


def of_concern(concern: Concern, referral: Referral) -> Item:
    """Return a concern as it was raised, with when it was looked at."""
    rows = [*facts.rows(concern), *facts.looked_at(concern)]
    title, href = f"Safeguarding concern {concern.reference}", f"/concerns/{concern.reference}"
    return item("concern", concern.reference, title, referral, concern.raised_at, rows, href)


def of_decision(decision: ConcernDecision, concern: Concern, referral: Referral) -> Item:
    """Return a decision about a concern with its reason."""
    title = f"Decision about concern {concern.reference}: {OUTCOMES[decision.outcome]}"
    rows, href = facts.decision_rows(decision), f"/concerns/{concern.reference}"
    return item("decision", decision.key, title, referral, decision.decided_at, rows, href)


def item(
    kind: str,
    key: str,
    title: str,
    referral: Referral,
    at: datetime,
    rows: Sequence[dict[str, str]],
    href: str,
) -> Item:
    """Return one thing as text: its title, whose child it is about, and its `rows` as the page shows them."""
    child, born = progress.child_in_full(referral), referral.child_date_of_birth
    whose = f"Child: {child}{f', born {date_only(born)}' if born else ''}\nReferral: {referral.reference}"
    parts = "\n\n".join(f"{row['key']}:\n{row['value']}" for row in rows if row["value"])
    return Item(kind, key, title, child, at, f"{title}\n{whose}\n\n{parts}\n", href)


def together(items: Sequence[Item]) -> str:
    """Return all of `items` as one text, each begun by a line."""
    return _LINE.join(each.text for each in items)
