"""Raising a concern, looking at it, and deciding about it, each in the open transaction."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from portal import clock, db, references
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.organisations.queries import operator
from portal.referrals.models import Referral
from portal.safeguarding import queries, rules, telling, trail
from portal.safeguarding.models import SUBJECT, Concern, ConcernDecision, ConcernReceipt
from portal.safeguarding.rules import ConcernState, Danger, Outcome
from portal.tenancy import as_system
from portal.timescales import service as timescales
from portal.timescales.service import Subject
from portal.web.dates import long_datetime, short_datetime
from portal.web.errors import SomeoneWasFirstError

KIND = "concern"  # of policy.toml


@dataclass(frozen=True)
class Raised:
    """What somebody raises, the facts apart from what they make of them; `happened_at` where they named a moment."""

    danger: Danger
    seen: str
    said: str
    opinion: str
    witness: str
    happened_at: datetime | None = None
    week_number: int | None = None


@dataclass(frozen=True)
class Decided:
    """A decision with its reason. `spoke_to`: whom outside KSAF, and what was said; `manager` is empty for none."""

    outcome: Outcome
    rationale: str
    spoke_to: str
    manager: str


def raise_concern(actor: Actor, referral: Referral, raised: Raised) -> ConcernReceipt:
    """Give KSAF's safeguarding team what `actor` raises about a referral they have loaded, and return their receipt.

    Its deadline starts now, and the team is told at once. Whoever raised it keeps the receipt and none of the words.
    """
    ksaf_id, now = operator().id or 0, clock.now()
    with as_system(db.session()):  # the words are KSAF's own, and so is the deadline
        made = _add(actor, referral, raised, ksaf_id, now)
        owed = timescales.start(KIND, subject_of(made), made.reference, owed_by_id=ksaf_id, owed_to_id=ksaf_id)
        telling.team(made)
    receipt = ConcernReceipt(
        reference=made.reference,
        concern_id=made.id or 0,
        owed_by_id=ksaf_id,
        owed_to_id=actor.organisation_id,
        raised_by_id=actor.user_id,
        about=referral.reference,
        area=referral.area,
        is_urgent=raised.danger.is_urgent,
        raised_at=now,
        look_by=owed.due_at,
    )
    db.session().add(receipt)
    db.session().flush()
    trail.record(actor, made, Action.CONCERN_RAISED, week=raised.week_number)
    return receipt


def look_at(actor: Actor, concern: Concern) -> bool:
    """Record that the team has looked at a concern, which its receipt then says; False where somebody had already."""
    if concern.looked_at is not None:
        return False
    concern.looked_at, concern.looked_at_by_name = clock.now(), actor.name
    concern.state = ConcernState.LOOKED_AT
    queries.receipt_of(actor, concern).looked_at = concern.looked_at
    why = f"{actor.name} looked at it on {long_datetime(concern.looked_at)}"
    timescales.meet(subject_of(concern), KIND, why)
    telling.settle(concern, why)
    telling.cpoms_owed(concern.organisation_id)
    trail.record(actor, concern, Action.CONCERN_LOOKED_AT)
    db.session().flush()
    return True


def decide(actor: Actor, concern: Concern, decided: Decided, seen: int) -> ConcernDecision:
    """Add a decision about a concern of which `actor` had read `seen` decisions; whoever decides has looked at it.

    Raises SomeoneWasFirstError when there has been another decision since, or the form does not say how many were read.
    """
    earlier = queries.decisions_of(actor, concern)
    if len(earlier) != seen:
        raise SomeoneWasFirstError(_since(earlier))
    look_at(actor, concern)
    made = ConcernDecision(
        key=secrets.token_urlsafe(18),
        organisation_id=concern.organisation_id,
        concern_id=concern.id or 0,
        outcome=decided.outcome,
        rationale=decided.rationale,
        spoke_to=decided.spoke_to,
        manager_name=decided.manager,
        decided_at=clock.now(),
        decided_by_id=actor.user_id,
        decided_by_name=actor.name,
    )
    db.session().add(made)
    concern.state, concern.decided_at = rules.state_after(decided.outcome), made.decided_at
    telling.cpoms_owed(concern.organisation_id)
    trail.record(actor, concern, Action.CONCERN_DECIDED, outcome=decided.outcome.value)
    db.session().flush()
    return made


def subject_of(concern: Concern) -> Subject:
    """Return what the deadline of a concern is about."""
    return Subject(SUBJECT, concern.id or 0)


def _add(actor: Actor, referral: Referral, raised: Raised, ksaf_id: int, now: datetime) -> Concern:
    made = Concern(
        **asdict(raised),
        reference=references.new(),
        organisation_id=ksaf_id,
        owner_organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        raised_at=now,
        raised_by_id=actor.user_id,
        raised_by_name=actor.name,
        raised_by_organisation=actor.organisation_name,
    )
    references.add(db.session(), made)
    return made


def _since(earlier: list[ConcernDecision]) -> str:
    """Return what to read before deciding: the newest decision, or the concern where there is none."""
    if not earlier:
        return "This page was out of date. Read the concern before you decide."
    newest = earlier[-1]
    decided = f"{newest.decided_by_name} decided “{rules.OUTCOMES[newest.outcome]}”"
    return f"{decided} on {short_datetime(newest.decided_at)}. Read it before you decide."
