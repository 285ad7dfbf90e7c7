"""Asking the family for its consent again, in week 1 and whenever it changes its mind.

The ledger keeps every answer; the case keeps that and when it was asked again. What follows from an answer is the same
as where the family gives it itself (`family/effects.py`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from portal.access.actor import Actor
from portal.cases import family_consent
from portal.cases.queries import Supported
from portal.consent.models import Position
from portal.consent.statements import Giver, Statement
from portal.family import changes
from portal.referrals import timeline
from portal.web.errors import SomeoneWasFirstError


@dataclass(frozen=True)
class Answer:
    """What the family said when it was asked again: who, and a statement for each purpose; `note` is KSAF's own."""

    giver: Giver
    statements: Sequence[Statement]
    note: str
    asked_on: dt.date


def confirm(actor: Actor, found: Supported, answer: Answer) -> None:
    """Enter into the ledger what the family said when asked again, with everything that follows from it.

    Raises SomeoneWasFirstError once the support has ended.
    """
    referral, case = found.referral, found.case
    if case.ended_at is not None:
        raise SomeoneWasFirstError(family_consent.ENDED)
    changes.record(actor, referral, answer.statements, answer.giver)
    case.consent_confirmed_on, case.consent_confirmed_by_name = answer.asked_on, actor.name
    case.consent_note = answer.note or None
    if family_consent.agreed(actor, referral).to_support:
        timeline.add(actor, referral, "consent", "The family was asked for its consent again and agreed to support")


def statements(positions: dict[str, Position], limits: str) -> list[Statement]:
    """Return a statement for each purpose, with the family's limits where it set some."""
    return [
        Statement(purpose, position, limits if position is Position.LIMITED else None)
        for purpose, position in positions.items()
    ]
