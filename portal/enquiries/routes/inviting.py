"""Inviting a professional who called to refer."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.enquiries import service as calls
from portal.enquiries.inviting import queries, service
from portal.enquiries.inviting.forms import InviteForm
from portal.enquiries.models import Enquiry
from portal.web.rendering import render

blueprint = Blueprint("inviting", __name__, url_prefix="/enquiries/<reference:reference>/invite")


@blueprint.get("")
@requires_row(Permission.ENQUIRY_INVITE, queries.get_invitable)
def ask(actor: Actor, enquiry: Enquiry) -> Response:
    """The form, with what was said on the phone to start from; once invited, the call's own page says how it stands."""
    if enquiry.draft_id is not None:
        return redirect(url_for("enquiries.read", reference=enquiry.reference), 303)
    calls.note_view(actor, enquiry)
    return _page(enquiry, InviteForm(data={"worries": enquiry.explored}))


@blueprint.post("")
@requires_row(Permission.ENQUIRY_INVITE, queries.get_invitable)
def invite(actor: Actor, enquiry: Enquiry) -> Response:
    """Begin the draft in their organisation's space, and tell them."""
    form = InviteForm(request.form)
    is_valid = form.validate()
    place = form.chosen(queries.places(actor, form.email.data or "")) if form.email.data else None
    if place is None or not is_valid:
        return _page(enquiry, form, status=422)
    service.invite(actor, enquiry, place, form.begun())
    flash(f"The draft is begun for {place.organisation.name}. {place.member.name} is told by email.", "success")
    return redirect(url_for("enquiries.read", reference=enquiry.reference), 303)


def _page(enquiry: Enquiry, form: InviteForm, *, status: int = 200) -> Response:
    return render("enquiries/invite.html", enquiry=enquiry, form=form, status=status)
