"""The people of one's own organisation: who they are, and inviting others. One person's page is in `staffing`."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.access.roles import ROLE_LABELS, Role
from portal.accounts import people, service
from portal.accounts.models import Invitation
from portal.accounts.people_forms import ROLE_HINTS, InviteForm
from portal.web.rendering import render

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.get("")
@requires(Permission.PEOPLE_READ)
def show(actor: Actor) -> Response:
    """Everybody in the organisation, and who has been invited."""
    own = people.own_organisation(actor)
    return render(
        "people/list.html",
        people=people.people_of(actor, own),
        invitations=people.invitations_of(actor, own),
        labels=ROLE_LABELS,
    )


@blueprint.get("/invite")
@requires(Permission.PEOPLE_INVITE)
def invite_form(actor: Actor) -> Response:
    """The form that invites a person."""
    form = InviteForm()
    form.offer(actor.organisation_kind)
    return _invite_page(form)


@blueprint.post("/invite")
@requires(Permission.PEOPLE_INVITE)
def invite(actor: Actor) -> Response:
    """Invite a person to one's own organisation."""
    form = InviteForm()
    form.offer(actor.organisation_kind)
    if form.validate_on_submit():
        try:
            service.invite(actor, form.email.data or "", Role(form.role.data), actor.organisation_id)
        except service.PeopleRuleError as refusal:
            form.email.errors = [str(refusal)]
        else:
            flash(f"An invitation is on its way to {form.email.data}. It works for 7 days.", "success")
            return redirect("/people", 303)
    return _invite_page(form, 422)


@blueprint.post("/invitations/<key:key>/cancel")
@requires_row(Permission.INVITATION_CANCEL, people.get_invitation)
def cancel_invitation(actor: Actor, invitation: Invitation) -> Response:
    """Make an invitation's link stop working."""
    try:
        service.cancel_invitation(actor, invitation)
        flash(f"The invitation to {invitation.email} no longer works.", "success")
    except service.PeopleRuleError as refusal:
        flash(str(refusal), "info")
    return redirect("/people", 303)


def _invite_page(form: InviteForm, status: int = 200) -> Response:
    return render("people/invite.html", form=form, hints=ROLE_HINTS, status=status)
