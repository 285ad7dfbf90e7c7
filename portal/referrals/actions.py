"""What a reader can do now with a referral: the one thing they are most likely here for, and the others."""

from dataclasses import dataclass

from portal.access.actor import Actor
from portal.access.models import Scope
from portal.access.policy import Permission
from portal.referrals import lifecycle, record_reviews, sender
from portal.referrals.models import Referral, WaitingOn
from portal.referrals.queries import concerns
from portal.referrals.record import Opened
from portal.referrals.rules import ENDED, Event, State


@dataclass(frozen=True)
class Action:
    """Something the reader can do now: a link, or a button that posts."""

    label: str
    href: str
    posts: bool = False


def of(actor: Actor, opened: Opened) -> tuple[Action | None, list[Action]]:
    """Return the one thing the reader is most likely here to do, and the others."""
    referral = opened.referral
    if not concerns(actor, referral):
        return _for_lookers_on(actor, opened)
    path = f"/referrals/{referral.reference}"
    table: tuple[tuple[Event, Action], ...] = (
        (Event.ANSWER, Action("Answer KSAF’s question", f"{path}/answer")),
        (Event.ACKNOWLEDGE, Action("Acknowledge referral", f"{path}/acknowledge", posts=True)),
        (Event.AUTHORISE, Action("Authorise the decision", f"{path}/authorise")),
        (Event.DECIDE, Action("Decide", f"{path}/decide")),
        (Event.ASK, Action("Ask for information", f"{path}/ask")),
        (Event.RECORD_CONTEXT, Action("Record what they said about attendance", f"{path}/record-context")),
        (Event.ASK_CONTEXT, Action("Ask about attendance", f"{path}/ask-context")),
        (Event.ALLOCATE, Action("Name who helps", f"{path}/allocate")),
        (Event.REOPEN, Action("Open it again", f"{path}/reopen")),
        (Event.CLOSE, Action("Close the referral", f"{path}/close")),
        (Event.MOVE_ON, Action("Move on to another service", f"{path}/move-on")),
    )
    possible = [action for event, action in table if lifecycle.can(actor, referral, event)]
    if (
        actor.may(Permission.ENQUIRY_LOG)
        and referral.waiting_on is WaitingOn.OPERATOR
        and referral.state is State.ADVICE
    ):
        possible.insert(0, Action("Call the family", f"/enquiries/call-backs/{referral.reference}"))
    if referral.decided_at:
        possible.append(Action("Read the outcome", f"{path}/outcome"))
    if referral.closed_at:
        possible.insert(0, Action("Read how it ended", f"{path}/closing"))
    possible += _further(actor, referral, path)
    return (possible[0], possible[1:]) if possible else (None, [])


def _further(actor: Actor, referral: Referral, path: str) -> list[Action]:
    """Return what can be done besides, whatever state the referral is in."""
    possible: list[Action] = []
    if actor.may(Permission.CASE_EXTEND) and referral.state is State.IN_SUPPORT:
        possible.append(Action("Extend the support", f"{path}/extend"))
    if actor.may(Permission.REFERRAL_MESSAGE) and (sender.sees(referral) or not actor.is_operator):
        possible.append(Action("Send a message", f"{path}/messages"))
    if actor.may(Permission.REFERRAL_UPDATE) and referral.state not in ENDED:
        possible.append(Action("Tell KSAF what has changed", f"{path}/update"))
    if actor.may(Permission.RECORD_REVIEW) and record_reviews.is_open(referral):
        possible.append(Action("Review the record", f"{path}/record-review"))
    if actor.may(Permission.HOLDER_NAME) and referral.state not in ENDED:
        possible.append(Action("Change who has it", f"{path}/who-has-it"))
    if actor.may(Permission.SCHOOL_MOVE_RECORD) and referral.submitted_at:
        possible.append(Action("The child has changed school", f"{path}/change-of-school"))
    if lifecycle.can(actor, referral, Event.WITHDRAW):
        possible.append(Action("Withdraw the referral", f"{path}/withdraw"))
    if actor.may(Permission.DISAGREEMENT_RAISE):
        possible.append(Action("Challenge a decision", f"{path}/challenge"))
    return possible


def _for_lookers_on(actor: Actor, opened: Opened) -> tuple[Action | None, list[Action]]:
    """Return what an organisation can do that the referral is shared with."""
    path, possible = f"/referrals/{opened.referral.reference}", list[Action]()
    if actor.may(Permission.REFERRAL_CONTEXT) and opened.reaches(Scope.UPDATES):
        possible.append(Action("Add what you know", f"{path}/context"))
    if opened.shows_whole and opened.referral.decided_at:
        possible.append(Action("Read the outcome", f"{path}/outcome"))
    if actor.may(Permission.DISAGREEMENT_RAISE):
        possible.append(Action("Challenge a decision", f"{path}/challenge"))
    return (possible[0], possible[1:]) if possible else (None, [])
