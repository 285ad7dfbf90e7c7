"""What became of a referral that was phoned in, otherwise than by its draft being sent: recorded by an adviser."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.enquiries.confirming import queries
from portal.enquiries.confirming.queries import FOLLOWED, OWED
from portal.enquiries.models import Enquiry
from portal.referrals import effects
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.timescales import service as timescales
from portal.timescales.service import Subject
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError


@dataclass(frozen=True)
class Came:
    """How a referral that was phoned in ended up: in writing `at` an instant, or not, and `why` not."""

    at: datetime | None = None
    why: str = ""


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
