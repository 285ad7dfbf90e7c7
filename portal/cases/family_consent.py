"""What the family agrees to, asked again in week 1, and what it means for the support.

Outreach is voluntary (DOMAIN): while agreement to KSAF's support is not in force the plan stands still, and somebody
who may end the support is told. The ledger keeps every answer; the case keeps that and when it was asked again.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from portal.access.actor import Actor
from portal.access.roles import Role
from portal.cases.models import SupportCase
from portal.cases.queries import Supported
from portal.consent import queries as ledger
from portal.consent import service as consent
from portal.consent.models import Position
from portal.consent.queries import LedgerLine
from portal.consent.statements import PERMITTING, About, Giver, Statement
from portal.organisations.queries import operator
from portal.referrals import timeline
from portal.referrals.models import Audience, Referral
from portal.referrals.queries import concerns
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.web.errors import SomeoneWasFirstError

SUPPORT, UPDATES = "ksaf_support", "updates_to_referrer"
"""The purposes of the consent form without which there is no support, and no telling the referrer how it goes."""
ENDED = "This support has ended."


class NoConsentError(Exception):
    """The family's agreement to support is not in force; the message says so to the person who tried."""


@dataclass(frozen=True)
class Agreed:
    """Where the family's consent stands now, for each purpose."""

    lines: list[LedgerLine]

    @property
    def to_support(self) -> bool:
        """Say whether the family agrees to support from KSAF."""
        return self._permits(SUPPORT)

    @property
    def to_updates(self) -> bool:
        """Say whether the family agrees that the referrer is told how it goes."""
        return self._permits(UPDATES)

    def _permits(self, purpose: str) -> bool:
        return any(line.permits for line in self.lines if line.purpose == purpose)


@dataclass(frozen=True)
class Answer:
    """What the family said when it was asked again: who, and a statement for each purpose; `note` is KSAF's own."""

    giver: Giver
    statements: Sequence[Statement]
    note: str
    asked_on: dt.date


def agreed(actor: Actor, referral: Referral) -> Agreed:
    """Return where consent stands for a referral that `actor` has loaded: one query."""
    return Agreed(ledger.standing(actor, referral.id or 0))


def shows_to(actor: Actor, referral: Referral, held: Agreed) -> bool:
    """Say whether `actor` may read how the support goes.

    KSAF may. Whoever sent the referral may while the family agrees to it; with others it is shared on a recorded basis.
    """
    if actor.is_operator or not concerns(actor, referral):
        return True
    return held.to_updates


def confirm(actor: Actor, found: Supported, answer: Answer) -> None:
    """Enter into the ledger what the family said when asked again; a refusal of support is told to KSAF's managers.

    Raises SomeoneWasFirstError once the support has ended.
    """
    referral, case = found.referral, found.case
    if case.ended_at is not None:
        raise SomeoneWasFirstError(ENDED)
    about = About(referral.id or 0, referral.organisation_id, referral.reference)
    consent.record_from_referral(actor, about, operator().name, answer.statements, answer.giver)
    case.consent_confirmed_on, case.consent_confirmed_by_name = answer.asked_on, actor.name
    case.consent_note = answer.note or None
    if any(each.purpose == SUPPORT and each.position in PERMITTING for each in answer.statements):
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


def require(actor: Actor, referral: Referral, case: SupportCase) -> Agreed:
    """Return where consent stands, for a step of support that is about to be taken.

    Raises SomeoneWasFirstError once the support has ended, NoConsentError while the family does not agree to it.
    """
    if case.ended_at is not None:
        raise SomeoneWasFirstError(ENDED)
    held = agreed(actor, referral)
    if not held.to_support:
        raise NoConsentError("The family does not agree to support now, so the plan stands still.")
    return held


def audience_of(held: Agreed) -> Audience:
    """Return who may read in the timeline how the support goes."""
    return Audience.EVERYONE if held.to_updates else Audience.OPERATOR


def statements(positions: dict[str, Position], limits: str) -> list[Statement]:
    """Return a statement for each purpose, with the family's limits where it set some."""
    return [
        Statement(purpose, position, limits if position is Position.LIMITED else None)
        for purpose, position in positions.items()
    ]
