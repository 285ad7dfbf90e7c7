"""Inviting: the draft begins in the other organisation's space, and its person there is told."""

from dataclasses import dataclass

from portal import db
from portal.access.actor import Actor
from portal.access.roles import OrganisationKind
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.enquiries.confirming import service as confirming
from portal.enquiries.inviting.queries import Place
from portal.enquiries.models import Enquiry
from portal.notifications import service as notifications
from portal.referrals.form import drafts
from portal.referrals.form.sections import AnswerValue
from portal.tenancy import as_system
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError


@dataclass(frozen=True)
class Begun:
    """What the caller agreed to have written into the draft; all but the worries may be left out."""

    worries: str
    first_name: str = ""
    last_name: str = ""


def invite(actor: Actor, enquiry: Enquiry, place: Place, begun: Begun) -> None:
    """Begin a referral for the caller of `enquiry` in the organisation of `place`, and tell them by mail, link only.

    From the call on they owe it in writing, unless that has come.

    Raises SomeoneWasFirstError when the call has led to a draft already.
    """
    if enquiry.draft_id is not None:
        raise SomeoneWasFirstError(f"This call has led to a draft for {enquiry.draft_for} already.")
    where = place.organisation
    with as_system(db.session()):  # the draft is theirs: KSAF is no party to it until it is sent
        made = drafts.start_for(actor, where.id or 0, place.member, _answers(enquiry, place, begun))
        due_at = confirming.owe(actor, enquiry, made, place.member)
        db.session().flush()
        draft_id, reference = made.id, made.reference
        db.session().expunge(made)
    enquiry.draft_id, enquiry.draft_for = draft_id, where.name
    db.session().flush()
    audit.record(
        actor,
        Action.CALLER_INVITED,
        subject=("enquiry", enquiry.id),
        owner_id=enquiry.organisation_id,
        reference=enquiry.reference,
        organisation=where.name,
    )
    send_by = long_datetime(due_at) if due_at else ""
    to = place.member.email
    notifications.queue("enquiries/invited", to, organisation_id=where.id, reference=reference, send_by=send_by)


def _answers(enquiry: Enquiry, place: Place, begun: Begun) -> dict[str, AnswerValue]:
    is_school = place.organisation.kind is OrganisationKind.EDUCATION
    return {
        "child_first_name": begun.first_name,
        "child_last_name": begun.last_name,
        "child_area": "" if enquiry.area == "not_known" else enquiry.area,
        "education_setting": place.organisation.name if is_school else "",
        "presenting_worries": begun.worries,
        "contact_name": place.member.name,
        "contact_email": place.member.email,
        "contact_phone": enquiry.phone,
    }
