"""Where a family asks about its data on its own page, and where a professional passes on what a family said."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accountability.requests import clocks, passed_on
from portal.accountability.requests.forms import FamilyForm, PassOnForm
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.rules import Kind
from portal.accounts import held, throttle
from portal.family.links import Link
from portal.family.queries import open_sent
from portal.family.routes.behind import behind_check, page, path
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.record import note_view
from portal.web.dates import long_date, today
from portal.web.rendering import render

blueprint = Blueprint("data_requests_passed_on", __name__)
OFTEN = 3  # requests through one link in five minutes, ours


@blueprint.get("/consent/<token:token>/data")
@behind_check
def family_form(link: Link) -> Response:
    """Show the family what it can ask."""
    return page("data_requests/family.html", link, form=FamilyForm())


@blueprint.post("/consent/<token:token>/data")
@behind_check
def family_ask(link: Link) -> Response:
    """Enter what the family asks."""
    typed = FamilyForm(request.form)
    if not typed.validate():
        return page("data_requests/family.html", link, form=typed, status=422)
    throttle.take("data request", str(link.row.id), OFTEN)
    made = passed_on.by_family(link, typed)
    flash(f"KSAF has it. {_promise(made)} Your number for it: {made.reference}.", "success")
    return redirect(path(), 303)


@blueprint.get("/referrals/<reference:reference>/data-request")
@requires_row(Permission.DATA_REQUEST_PASS_ON, open_sent)
def form(actor: Actor, referral: Referral) -> Response:
    """Show the form, with what a session that ended left unsent."""
    note_view(actor, referral, "data request")
    kept = held.give_back(actor, request.path)
    return _show(referral, PassOnForm(kept) if kept else PassOnForm(data={"said_on": today()}))


@blueprint.post("/referrals/<reference:reference>/data-request")
@requires_row(Permission.DATA_REQUEST_PASS_ON, open_sent)
def pass_on(actor: Actor, referral: Referral) -> Response:
    """Pass on to KSAF's register what the family said."""
    typed = PassOnForm(request.form)
    if not (typed if actor.is_operator else typed.for_partner()).validate():
        return _show(referral, typed, status=422)
    made = passed_on.by_professional(actor, referral, typed)
    flash(f"Passed on as {made.reference}. {_promise(made)}", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


def _promise(made: DataRequest) -> str:
    """Return what whoever asked can rely on, with the day."""
    by = long_date(clocks.promised_by(made))
    return f"It says by {by} that it looks into it." if made.kind is Kind.COMPLAINT else f"It answers by {by}."


def _show(referral: Referral, form: PassOnForm, status: int = 200) -> Response:
    child = progress.child_in_full(referral)
    return render("data_requests/pass_on.html", form=form, referral=referral, child=child, status=status)
