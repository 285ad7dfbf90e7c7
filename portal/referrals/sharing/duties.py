"""What an authorised decision to share without consent owes: each duty waits for somebody until evidence closes it."""

import datetime as dt
from datetime import datetime, time

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import ReferralParty
from portal.audit.actions import Action
from portal.referrals import timeline, trail
from portal.referrals.models import Audience, Referral
from portal.referrals.sharing import queries, rules
from portal.referrals.sharing.models import Duty, SharingDecision, SharingStep
from portal.referrals.sharing.queries import Decided
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales import service as timescales
from portal.timescales.recipients import staff_of
from portal.timescales.service import Subject
from portal.web.dates import LONDON, ago, date_only
from portal.web.errors import SomeoneWasFirstError


def subject_of(decision: SharingDecision) -> Subject:
    """Return what the deadlines of a decision are about."""
    return Subject("sharing_decision", decision.id or 0)


def begin(referral: Referral, decision: SharingDecision, operator_id: int) -> None:
    """Begin to ask for everything that an authorised decision owes, of whoever made it."""
    for duty in rules.duties(decision):
        is_later = duty is Duty.TELL_FAMILY and decision.look_again_on
        _owe(referral, decision, duty, operator_id, decision.look_again_on if is_later else None)


def record(
    actor: Actor, found: Decided, duty: Duty, evidence: str, look_again_on: dt.date | None = None
) -> SharingStep:
    """Record how `duty` was done; with `look_again_on`, why it was not, and ask for it again that day. Return it.

    Raises SomeoneWasFirstError when it is done already, or was never owed.
    """
    _require_owed(found, duty)
    decision, referral = found.decision, found.referral
    made = SharingStep(
        organisation_id=actor.organisation_id,
        decision_id=decision.id or 0,
        duty=duty,
        evidence=evidence,
        look_again_on=look_again_on,
        recorded_by_id=actor.user_id,
        recorded_by_name=actor.name,
        recorded_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    said = f"To be looked at again on {date_only(look_again_on)}" if look_again_on else rules.DONE_WORDS[duty]
    timescales.meet(subject_of(decision), duty, said)
    others = queries.of_referral(actor, referral)
    if look_again_on or not any(duty in each.outstanding for each in others):
        news.settle(rules.NEWS[duty], referral.reference, said)
    if look_again_on:
        _owe(referral, decision, duty, actor.organisation_id, look_again_on)
    elif duty is Duty.TELL_FAMILY:
        _mark_family_told(found)
    timeline.add(actor, referral, "sharing", said, audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.SHARING_FOLLOWED, key=decision.key, duty=duty.value)
    return made


def _owe(referral: Referral, decision: SharingDecision, duty: Duty, operator_id: int, on: dt.date | None) -> None:
    """Start the duty's deadline, from the day `on` where it lies ahead; what is owed now is told at once."""
    timescales.start(
        duty,
        subject_of(decision),
        referral.reference,
        owed_by_id=operator_id,
        owed_to_id=operator_id,
        person_id=decision.decided_by_id,
        since=datetime.combine(on, time(), LONDON) if on else None,
    )
    if on is None:
        people = staff_of(operator_id).on_whom(decision.decided_by_id)
        news.tell(rules.NEWS[duty], referral.reference, people, organisation_id=operator_id)


def _require_owed(found: Decided, duty: Duty) -> None:
    if duty in found.outstanding:
        return
    done = next((step for step in found.steps if step.duty is duty and step.look_again_on is None), None)
    if done is None:
        raise SomeoneWasFirstError("This is not asked for.")
    raise SomeoneWasFirstError(f"{done.recorded_by_name} recorded this {ago(clock.now(), done.recorded_at)}.")


def _mark_family_told(found: Decided) -> None:
    """Say so on the page of the organisation that was let in."""
    session = db.session()
    opened = found.settlement.party_id if found.settlement else None
    with as_system(session):
        for party in session.scalars(select(ReferralParty).where(col(ReferralParty.id) == opened)):
            party.is_family_told = True
