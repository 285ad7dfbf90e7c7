"""The 48 hours in which a referral that was phoned in is confirmed in writing (001, appendix B, sections 7 and 14).

KSAF follows each one up from the call on. Whoever phoned owes it too once KSAF knows where they sign in: on the draft
begun for them, in their own organisation, where no other reads of it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.enquiries.confirming import queries
from portal.enquiries.confirming.queries import FOLLOWED, OWED
from portal.enquiries.models import Enquiry
from portal.referrals import effects
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.timescales import closures, in_force
from portal.timescales import service as timescales
from portal.timescales.recipients import Member
from portal.timescales.service import Subject
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError


@dataclass(frozen=True)
class Came:
    """How a referral that was phoned in ended up: in writing `at` an instant, or not, and `why` not."""

    at: datetime | None = None
    why: str = ""


def follow_up(enquiry: Enquiry, since: datetime) -> None:
    """Have KSAF see to it, from `since` on, that what was phoned in is confirmed; it is on whoever took the call."""
    ksaf, person = enquiry.organisation_id, enquiry.recorded_by_id
    about = Subject("enquiry", enquiry.id or 0)
    timescales.start(
        FOLLOWED, about, enquiry.reference, owed_by_id=ksaf, owed_to_id=ksaf, person_id=person, since=since
    )


def owe(actor: Actor, enquiry: Enquiry, draft: Referral, caller: Member) -> datetime | None:
    """Have the `caller` owe it as well, by sending the `draft` begun for them; return until when, None if it came.

    For a block `as_system`. Who is asked only once the time from the call is over has all of it from now on.
    """
    is_over = in_force.rules().due_at(OWED, enquiry.recorded_at, closures.calendar()) <= clock.now()
    since = clock.now() if is_over else enquiry.recorded_at
    followed = queries.followed(actor, enquiry)
    if followed is None:
        follow_up(enquiry, since)
    elif followed.ended_at is not None:
        return None
    about = effects.subject_of(draft)
    timescales.move(Subject("enquiry", enquiry.id or 0), FOLLOWED, about)  # so that sending the draft meets it
    by, to, who = draft.organisation_id, enquiry.organisation_id, caller.user_id
    made = timescales.start(OWED, about, draft.reference, owed_by_id=by, owed_to_id=to, person_id=who, since=since)
    effects.keep_next_due(draft)
    return made.due_at


def record(actor: Actor, enquiry: Enquiry, came: Came) -> None:
    """Record that it came in writing otherwise than through the draft, or that it is no referral after all, and why.

    Raises SomeoneWasFirstError when nothing is owed about this call any more.
    """
    followed = queries.followed(actor, enquiry)
    if followed is None or followed.ended_at is not None:
        raise SomeoneWasFirstError("This call has been settled. What came of it stands on its page.")
    about = Subject(followed.subject_type, followed.subject_id)
    if came.at:
        said = f"Confirmed in writing on {long_datetime(came.at)}"
        for kind in (FOLLOWED, OWED):
            timescales.meet(about, kind, f"{said}, recorded by {actor.name}", at=came.at)
    else:
        timescales.cancel(about, FOLLOWED, f"No referral after all, recorded by {actor.name}: {came.why}")
        timescales.cancel(about, OWED, "KSAF does not wait for it any more")
    _keep_draft(enquiry)
    audit.record(
        actor,
        Action.CALL_CONFIRMED,
        subject=("enquiry", enquiry.id),
        owner_id=enquiry.organisation_id,
        reference=enquiry.reference,
        came="in writing" if came.at else "not",
    )


def _keep_draft(enquiry: Enquiry) -> None:
    """Have the draft that was begun say that nothing is due on it any more: in their space, which KSAF cannot read."""
    if enquiry.draft_id is None:
        return
    with as_system(db.session()):
        draft = db.session().scalars(select(Referral).where(col(Referral.id) == enquiry.draft_id)).one()
        effects.keep_next_due(draft)
        db.session().flush()
        db.session().expunge(draft)
