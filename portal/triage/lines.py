"""The queue as it is shown: one line a referral, and what can be done about it now."""

from dataclasses import dataclass, replace
from datetime import datetime

from portal.access.actor import Actor
from portal.organisations.models import Organisation
from portal.referrals import lifecycle, progress
from portal.referrals.models import Referral
from portal.referrals.rules import Event, label_for
from portal.triage.models import Decision
from portal.triage.owed import Owed, next_owed
from portal.web.dates import age_in_words


@dataclass(frozen=True)
class Line:
    """One referral in the queue."""

    reference: str
    version: int
    child: str
    organisation: str
    state: str
    age: str
    owed: Owed
    who: str
    is_urgent: bool
    returned_by: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Step:
    """Something that can be done now: what, where, and whether by a press of a button."""

    text: str
    href: str
    is_post: bool = False


_STEPS = (
    (Event.ACKNOWLEDGE, "Acknowledge referral", "acknowledge", True),
    (Event.DECIDE, "Decide", "decide", False),
    (Event.ASK, "Ask for information", "ask", False),
    (Event.RECORD_CONTEXT, "Record what they said about attendance", "record-context", False),
    (Event.AUTHORISE, "Read and authorise", "authorise", False),
)


def line(
    actor: Actor,
    referral: Referral,
    sender: Organisation,
    returned: Decision | None,
    version: str | None,
    now: datetime,
) -> Line:
    """Return `referral`, sent by `sender`, as a line of the queue at `now`, with the decision a manager `returned`.

    `version` is that of the policy which what is owed next was made under.
    """
    owed = next_owed(referral, version, now)
    return Line(
        reference=referral.reference,
        version=referral.version,
        child=progress.child_in_list(referral),
        organisation=sender.name,
        state=label_for(referral.state, is_operator=actor.is_operator),
        age=age_in_words(now, referral.submitted_at or referral.created_at),
        owed=replace(owed, what="Propose again") if returned else owed,
        who=referral.assigned_to_name or "Nobody yet",
        is_urgent=progress.is_read_first(referral, is_operator=actor.is_operator),
        returned_by=(returned.settled_by_name or "") if returned else "",
        comment=(returned.comment or "") if returned else "",
    )


def steps(actor: Actor, referral: Referral) -> list[Step]:
    """Return what `actor` can do about `referral` now, most pressing first."""
    return [
        Step(text, f"/referrals/{referral.reference}/{address}", is_post)
        for event, text, address, is_post in _STEPS
        if lifecycle.can(actor, referral, event)
    ]
