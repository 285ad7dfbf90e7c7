"""One organisation, as KSAF's administrators see it: its agreement, its people, and inviting."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.access.roles import KIND_LABELS, ROLE_LABELS, Role
from portal.accounts import people, service
from portal.accounts.people_forms import ROLE_HINTS, InviteForm
from portal.organisations import queries
from portal.organisations.models import Organisation
from portal.web.rendering import render

blueprint = Blueprint("organisation", __name__, url_prefix="/organisations/<key:key>")


@blueprint.get("")
@requires_row(Permission.ORGANISATION_READ, queries.get_organisation)
def show(actor: Actor, organisation: Organisation) -> Response:
    """The organisation, its people, and the form that invites one."""
    return _page(actor, organisation, InviteForm())


@blueprint.post("/invite")
@requires_row(Permission.ORGANISATION_INVITE, queries.get_organisation)
def invite(actor: Actor, organisation: Organisation) -> Response:
    """Invite a person to the organisation."""
    form = InviteForm()
    form.offer(organisation.kind)
    if form.validate_on_submit():
        try:
            service.invite(actor, form.email.data or "", Role(form.role.data), organisation.id or 0)
        except service.PeopleRuleError as refusal:
            form.email.errors = [str(refusal)]
        else:
            flash(f"An invitation is on its way to {form.email.data}. It works for 7 days.", "success")
            return redirect(f"/organisations/{organisation.key}", 303)
    return _page(actor, organisation, form, 422)


def _page(actor: Actor, organisation: Organisation, form: InviteForm, status: int = 200) -> Response:
    form.offer(organisation.kind)
    return render(
        "people/organisation.html",
        status=status,
        organisation=organisation,
        kind=KIND_LABELS[organisation.kind],
        agreement=queries.agreement_of(actor, organisation),
        history=queries.history(actor, organisation),
        people=people.people_of(actor, organisation),
        invitations=people.invitations_of(actor, organisation),
        labels=ROLE_LABELS,
        hints=ROLE_HINTS,
        form=form,
    )
