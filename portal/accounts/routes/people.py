"""The people of one's own organisation: who they are, inviting, changing a role, removing."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.access.roles import ROLE_LABELS, Role
from portal.accounts import people, service
from portal.accounts.models import Invitation
from portal.accounts.people import Colleague
from portal.accounts.people_forms import ROLE_HINTS, InviteForm, RoleForm
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


@blueprint.get("/<key:key>")
@requires_row(Permission.PEOPLE_MANAGE, people.get_membership)
def person(actor: Actor, colleague: Colleague) -> Response:
    """One person: their role, and removing them."""
    return _person_page(actor, colleague, RoleForm(role=colleague.membership.role.value))


@blueprint.post("/<key:key>/role")
@requires_row(Permission.PEOPLE_ROLE, people.get_membership)
def change_role(actor: Actor, colleague: Colleague) -> Response:
    """Give a person another role."""
    form = RoleForm()
    form.offer(actor.organisation_kind)
    if form.validate_on_submit():
        try:
            service.change_role(actor, colleague.membership, Role(form.role.data))
        except service.PeopleRuleError as refusal:
            form.role.errors = [str(refusal)]
        else:
            flash(f"{colleague.user.name} is now: {ROLE_LABELS[colleague.membership.role].lower()}.", "success")
            return redirect("/people", 303)
    return _person_page(actor, colleague, form, 422)


@blueprint.post("/<key:key>/remove")
@requires_row(Permission.PEOPLE_REMOVE, people.get_membership)
def remove(actor: Actor, colleague: Colleague) -> Response:
    """Remove a person from the organisation, at once."""
    try:
        service.end_membership(actor, colleague.membership)
    except service.PeopleRuleError as refusal:
        form = RoleForm(role=colleague.membership.role.value)
        return _person_page(actor, colleague, form, 422, refusal=str(refusal))
    flash(f"{colleague.user.name} can no longer use the portal for {actor.organisation_name}.", "success")
    return redirect("/people", 303)


def _invite_page(form: InviteForm, status: int = 200) -> Response:
    return render("people/invite.html", form=form, hints=ROLE_HINTS, status=status)


def _person_page(
    actor: Actor, colleague: Colleague, form: RoleForm, status: int = 200, refusal: str | None = None
) -> Response:
    form.offer(actor.organisation_kind)
    return render(
        "people/person.html", colleague=colleague, form=form, hints=ROLE_HINTS, refusal=refusal, status=status
    )
