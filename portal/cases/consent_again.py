"""Asking the family for its consent again, in week 1 and whenever it changes its mind.

The ledger keeps every answer; the case keeps that and when it was asked again. A refusal of support is told to those at
KSAF who may end it, and a planned review follows what was said.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from portal.access.actor import Actor
from portal.access.roles import Role
from portal.cases import family_consent, review
from portal.cases.queries import Supported
from portal.consent import service as consent
from portal.consent.models import Position
from portal.consent.statements import About, Giver, Statement
from portal.organisations.queries import operator
from portal.referrals import timeline
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.web.errors import SomeoneWasFirstError


@dataclass(frozen=True)
class Answer:
    """What the family said when it was asked again: who, and a statement for each purpose; `note` is KSAF's own."""

    giver: Giver
    statements: Sequence[Statement]
    note: str
    asked_on: dt.date


def confirm(actor: Actor, found: Supported, answer: Answer) -> None:
    """Enter into the ledger what the family said when asked again; a refusal of support is told to KSAF's managers.

    Raises SomeoneWasFirstError once the support has ended.
    """
    referral, case = found.referral, found.case
    if case.ended_at is not None:
        raise SomeoneWasFirstError(family_consent.ENDED)
    about = About(referral.id or 0, referral.organisation_id, referral.reference)
    consent.record_from_referral(actor, about, operator().name, answer.statements, answer.giver)
    case.consent_confirmed_on, case.consent_confirmed_by_name = answer.asked_on, actor.name
    case.consent_note = answer.note or None
    review.follow_consent(actor, found)
    if family_consent.agreed(actor, referral).to_support:
        news.settle(News.CONSENT_REFUSED, referral.reference, "The family agrees to support")
        timeline.add(actor, referral, "consent", "The family was asked for its consent again and agreed to support")
        return
    timeline.add(
        actor,
        referral,
        "consent",
        "The family does not agree to go on with support",
        "Support is voluntary, so KSAF does not go on with it. KSAF tells you how the referral ends and what the family"
        " can do instead.",
    )
    managers = staff_of(actor.organisation_id).with_role(Role.MANAGER)
    news.tell(News.CONSENT_REFUSED, referral.reference, managers, organisation_id=actor.organisation_id)


def statements(positions: dict[str, Position], limits: str) -> list[Statement]:
    """Return a statement for each purpose, with the family's limits where it set some."""
    return [
        Statement(purpose, position, limits if position is Position.LIMITED else None)
        for purpose, position in positions.items()
    ]
