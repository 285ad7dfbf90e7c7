"""A manager's queue: the proposals that wait for authorisation, those to be read first and the longest wait on top."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.organisations.models import Organisation
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.referrals.sharing import queries as sharing
from portal.referrals.sharing.grounds import REASON
from portal.referrals.sharing.queries import Decided
from portal.referrals.sharing.rules import may_settle
from portal.triage import queries, rules
from portal.triage.assessment.models import Assessment
from portal.triage.assessment.needs import scale_for
from portal.triage.models import Decision
from portal.triage.owed import Owed, next_owed, version_of_next
from portal.web.dates import age_in_words

MOST = 50
"""How many are shown at once. Each one settled makes room for the next."""


@dataclass(frozen=True)
class Waiting:
    """One proposal as its line says it; `owed` is the outcome's deadline, and nobody settles what is their own."""

    reference: str
    child: str
    organisation: str
    outcome: str
    reason: str
    level: str
    proposed_by: str
    proposed_at: datetime
    waits: str
    owed: Owed
    is_own: bool
    is_urgent: bool


@dataclass(frozen=True)
class WaitingSharing:
    """One decision to share without consent as its line says it."""

    href: str
    reference: str
    child: str
    to_name: str
    reason: str
    decided_by: str
    decided_at: datetime
    waits: str
    is_own: bool


@dataclass(frozen=True)
class Authorising:
    """What waits for a manager, whether there is more than is shown, and what waits to be shared without consent."""

    rows: list[Waiting]
    has_more: bool
    sharing: list[WaitingSharing] = field(default_factory=list[WaitingSharing])


def waiting(actor: Actor) -> Authorising:
    """Return what waits for a manager within `actor`'s reach: two queries, no text decrypted."""
    found, now = proposals(actor), clock.now()
    return Authorising(found[:MOST], len(found) > MOST, [_sharing(actor, each, now) for each in sharing.waiting(actor)])


def proposals(actor: Actor) -> list[Waiting]:
    """Return the proposals about referrals that no manager has settled, at most MOST and one more: one query."""
    wanted: Any = select(  # pyright: ignore[reportCallIssue] - SQLModel types four columns at most
        Referral,
        Organisation.name.label("sender"),  # pyright: ignore[reportAttributeAccessIssue] - a column, not yet a text
        Decision.outcome,
        Decision.reason,
        Decision.proposed_by_id,
        Decision.proposed_by_name,
        Decision.proposed_at,
        Assessment.level,
        version_of_next().label("version"),
    )
    wanted = (
        wanted.join(Organisation, col(Organisation.id) == col(Referral.organisation_id))
        .join(Decision, queries.newest_decision())
        .outerjoin(Assessment, _newest_assessment())
        .where(col(Referral.state) == State.DECISION_PROPOSED)
        .order_by(col(Referral.is_urgent).desc(), col(Decision.proposed_at), col(Decision.id))
        .limit(MOST + 1)
    )
    if not actor.is_operator or db.session().info["tenant"] != actor.organisation_id:
        return []
    found = db.session().execute(wanted).all()
    now = clock.now()
    return [_line(actor, each, now) for each in found]


def _sharing(actor: Actor, found: Decided, now: datetime) -> WaitingSharing:
    decision, reference = found.decision, found.referral.reference
    return WaitingSharing(
        href=f"/referrals/{reference}/sharing/{decision.key}",
        reference=reference,
        child=progress.child_in_list(found.referral),
        to_name=decision.to_name,
        reason=REASON.labels.get(decision.reason, ""),
        decided_by=decision.decided_by_name,
        decided_at=decision.decided_at,
        waits=age_in_words(now, decision.decided_at),
        is_own=not may_settle(actor.user_id, decision.decided_by_id),
    )


def _newest_assessment() -> ColumnElement[bool]:
    other = aliased(Assessment)
    newest = select(func.max(col(other.version))).where(col(other.referral_id) == col(Referral.id))
    same = col(Assessment.referral_id) == col(Referral.id)
    return and_(same, col(Assessment.version) == newest.scalar_subquery())


def _line(actor: Actor, found: Row[Any], now: datetime) -> Waiting:
    referral: Referral = found.Referral
    reason, level = rules.REASONS.get(found.reason or ""), scale_for(referral.area).level(found.level)
    return Waiting(
        reference=referral.reference,
        child=progress.child_in_list(referral),
        organisation=found.sender,
        outcome=rules.OUTCOMES[found.outcome].title,
        reason=reason.label if reason else "",
        level=level.name if level else "Not settled",
        proposed_by=found.proposed_by_name,
        proposed_at=found.proposed_at,
        waits=age_in_words(now, found.proposed_at),
        owed=next_owed(referral, found.version, now),
        is_own=not rules.may_authorise(actor.user_id, found.proposed_by_id),
        is_urgent=progress.is_read_first(referral, is_operator=actor.is_operator),
    )
