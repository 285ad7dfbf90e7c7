"""The 48 hours in which a referral that was phoned in is confirmed in writing (001, appendix B, sections 7 and 14).

KSAF follows each one up from the call on. Whoever phoned owes it too once KSAF knows where they sign in: on the draft
begun for them, in their own organisation, where no other reads of it.
"""

from datetime import datetime

from portal import clock
from portal.access.actor import Actor
from portal.enquiries.confirming import queries
from portal.enquiries.confirming.queries import FOLLOWED, OWED
from portal.enquiries.models import Enquiry
from portal.referrals import effects
from portal.referrals.models import Referral
from portal.timescales import closures, in_force
from portal.timescales import service as timescales
from portal.timescales.recipients import Member
from portal.timescales.service import Subject


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
