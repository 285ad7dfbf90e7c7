"""Recording what became of a referral that was phoned in."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.enquiries.confirming import ending
from portal.enquiries.confirming.forms import CameForm
from portal.enquiries.inviting.queries import get_invitable
from portal.enquiries.models import Enquiry
from portal.enquiries.routes import calls

blueprint = Blueprint("confirming", __name__, url_prefix="/enquiries/<reference:reference>/in-writing")


@blueprint.post("")
@requires_row(Permission.ENQUIRY_CONFIRM, get_invitable)
def record(actor: Actor, enquiry: Enquiry) -> Response:
    """Record that it came in writing, or that nobody refers after all."""
    form = CameForm(request.form)
    if not form.validate():
        return calls.page(actor, enquiry, form, status=422)
    ending.record(actor, enquiry, form.came())
    flash("Recorded.", "success")
    return redirect(url_for("enquiries.read", reference=enquiry.reference), 303)
