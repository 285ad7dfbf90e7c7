"""Moving a referral: the one place where its state changes, with everything a change of state brings."""

from portal import clock, db
from portal.access.actor import Actor, Author
from portal.audit.actions import Action
from portal.organisations.queries import operator
from portal.referrals import effects, sender, timeline, trail
from portal.referrals.models import Audience, Referral
from portal.referrals.queries import concerns
from portal.referrals.rules import Event, said_now, transition
from portal.web.errors import SomeoneWasFirstError

_DECISIONS = {
    Event.AUTHORISE_ADVICE,
    Event.AUTHORISE,
    Event.AUTHORISE_ONWARD,
    Event.AUTHORISE_NOT_ACCEPTED,
}


class NotPermittedError(Exception):
    """The lifecycle allows the event, but not to this actor."""


def can(actor: Actor, referral: Referral, event: Event) -> bool:
    """Say whether `actor` may do `event` to `referral` as it stands: what buttons and views both ask."""
    row = transition(event, referral.state)
    if event is Event.ASK and not sender.sees(referral):
        return False
    return row is not None and actor.may(row.permission) and concerns(actor, referral)


def move(
    actor: Actor,
    referral: Referral,
    event: Event,
    title: str,
    body: str | None = None,
    *,
    audience: Audience = Audience.EVERYONE,
) -> None:
    """Do `event`: the state, the timeline entry (`title`, `body`), the deadlines and the audit, here and now.

    Raises SomeoneWasFirstError when the referral has moved on and NotPermittedError when the role may not.
    """
    row = transition(event, referral.state)
    if row and not (actor.may(row.permission) and concerns(actor, referral)):
        raise NotPermittedError(event)
    carry_out(actor, referral, event, title, body, audience=audience)


def carry_out(
    actor: Author,
    referral: Referral,
    event: Event,
    title: str,
    body: str | None = None,
    *,
    audience: Audience = Audience.EVERYONE,
) -> None:
    """Do `event` as `move` does, for who is no party and has no right but to answer what KSAF asked them.

    The caller has seen to it that they were asked. Raises SomeoneWasFirstError when the referral has moved on.
    """
    row = transition(event, referral.state)
    if row is None:
        is_operator = isinstance(actor, Actor) and actor.is_operator
        raise SomeoneWasFirstError(said_now(referral.state, is_operator=is_operator))
    if event is Event.ASK and not sender.sees(referral):
        raise SomeoneWasFirstError(sender.GONE)
    before, referral.state = referral.state, row.target
    _stamp(actor, referral, event)
    timeline.add(actor, referral, event.value, title, body, audience=audience)
    # The words close prompts, the other side's too: what is KSAF's own stays its own there as well.
    why = title if audience is Audience.EVERYONE else "KSAF went on with the referral"
    effects.apply(event, referral, operator_id(), why)
    told = {"event": event.value, "from": before.value, "to": row.target.value}
    trail.record(actor, referral, Action.REFERRAL_MOVED, **told)
    db.session().flush()


def operator_id() -> int:
    """Return the id of KSAF's own organisation. Raises LookupError before one has been added."""
    return operator().id or 0


def _stamp(actor: Author, referral: Referral, event: Event) -> None:
    now = clock.now()
    if event is Event.SUBMIT:
        referral.submitted_at = now
    elif event is Event.ACKNOWLEDGE:
        referral.acknowledged_at = now
        referral.assigned_to_id, referral.assigned_to_name = actor.user_id, actor.name
    elif event in _DECISIONS:
        referral.decided_at = now
    elif event is Event.CLOSE:
        referral.closed_at, referral.closed_by_name = now, actor.name
    elif event is Event.REOPEN:
        _begin_again(actor, referral)


def _begin_again(actor: Author, referral: Referral) -> None:
    """Take back what was decided and how it ended; the timeline and the audit keep both."""
    referral.assigned_to_id, referral.assigned_to_name = actor.user_id, actor.name
    # Who withdrew before KSAF had read it opened nothing that was acknowledged; whoever opens it again has read it.
    referral.acknowledged_at = referral.acknowledged_at or clock.now()
    referral.pathway = referral.decided_at = None
    # Who helped has no need to read what is decided now; whoever is named next, perhaps they again, will.
    referral.case_manager_id = referral.practitioner_id = None
    referral.case_manager_name = referral.practitioner_name = ""
    referral.closed_at = referral.closed_by_name = referral.closing_outcome = referral.closing_rationale = None
    referral.acceptance_overridden_at = referral.acceptance_overridden_by_name = None
    referral.acceptance_overridden_why = None
    referral.accepted_transfers = 0
