"""Naming who helps a family, and from when."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import allocation, forms, service
from portal.cases.family_consent import NoConsentError
from portal.cases.forms import AllocateForm
from portal.referrals import lifecycle, progress
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.record import note_view
from portal.referrals.rules import Event, said_now
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("cases_allocate", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/allocate")
@requires_row(Permission.CASE_ALLOCATE, get_referral)
def form(actor: Actor, referral: Referral) -> Response:
    """Show whom and which Mondays can be chosen."""
    if not lifecycle.can(actor, referral, Event.ALLOCATE):
        flash(said_now(referral.state, is_operator=actor.is_operator), "info")
        return redirect(f"/referrals/{referral.reference}", 303)
    note_view(actor, referral, "allocate")
    return _show(referral, AllocateForm(), allocation.choices(actor))


@blueprint.post("/allocate")
@requires_row(Permission.CASE_ALLOCATE, get_referral)
def allocate(actor: Actor, referral: Referral) -> Response:
    """Allocate the family."""
    offered, chosen = allocation.choices(actor), AllocateForm(request.form)
    chosen.offer(offered)
    if not chosen.validate():
        return _show(referral, chosen, offered, status=422)
    named = chosen.allocation(offered)
    if again := attempt(lambda: service.allocate(actor, referral, named), NoConsentError):
        return _show(referral, chosen, offered, **again)
    flash("The family has been allocated. The referrer and the people you named are told by email.", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


def _show(referral: Referral, shown: AllocateForm, offered: allocation.Choices, **more: Any) -> Response:
    shown.offer(offered)
    return render(
        "cases/allocate.html",
        form=shown,
        referral=referral,
        child=progress.child_in_full(referral),
        manager_hints=forms.hints(offered.managers),
        practitioner_hints=forms.hints(offered.practitioners),
        monday_hints=forms.monday_hints(offered.mondays, allocation.about_monday),
        **more,
    )
