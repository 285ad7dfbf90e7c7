"""Naming KSAF's head of service, for its administrators."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.accounts import people
from portal.staffing import head
from portal.staffing.forms import HeadForm
from portal.web.rendering import render
from portal.web.typed import whole_number

blueprint = Blueprint("head_of_service", __name__, url_prefix="/head-of-service")


@blueprint.get("")
@requires(Permission.ORGANISATION_HEAD)
def show(actor: Actor) -> Response:
    """Which manager is head of service, and the choice of another."""
    named = people.own_organisation(actor).head_of_service_id
    return _page(actor, HeadForm(head=str(named or ""), before=str(named or "")))


@blueprint.post("")
@requires(Permission.ORGANISATION_HEAD)
def name(actor: Actor) -> Response:
    """Name a manager head of service."""
    form, managers = HeadForm(request.form), head.candidates(actor.organisation_id)
    form.offer(managers)
    if not form.validate():
        return _page(actor, form, 422)
    chosen = next(each for each in managers if str(each.user_id) == form.head.data)
    head.name(actor, chosen, whole_number(form.before.data))
    flash(f"{chosen.name} is head of service.", "success")
    return redirect(f"/organisations/{people.own_organisation(actor).key}", 303)


def _page(actor: Actor, form: HeadForm, status: int = 200) -> Response:
    form.offer(head.candidates(actor.organisation_id))
    home = f"/organisations/{people.own_organisation(actor).key}"
    return render("staffing/head.html", form=form, home=home, status=status)
