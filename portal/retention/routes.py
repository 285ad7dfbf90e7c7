"""The pages of what is kept and for how long: letting what is due go, and holds."""

from typing import Any

from flask import Blueprint, Flask, flash, redirect, request
from werkzeug.wrappers import Response

from portal import db
from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.referrals.queries import get_own_referral
from portal.retention import erasures, holds, policy, service, shown
from portal.retention.forms import ApproveForm, HoldForm, KeepForm, LiftForm
from portal.retention.holds import Standing
from portal.tenancy import as_system
from portal.web.attempts import attempt
from portal.web.dates import count_of, date_only, today
from portal.web.rendering import render

blueprint = Blueprint("retention", __name__, url_prefix="/retention")
PATH = "/retention"


def install(app: Flask) -> None:
    """Register the pages on `app`, and say where the list of erasures is kept."""
    erasures.use_file(app.extensions["settings"].erasures_file)
    app.register_blueprint(blueprint)


@blueprint.get("")
@requires(Permission.RETENTION_READ)
def show(actor: Actor) -> Response:
    """What is due and what is held, by reference, and every rule with its source."""
    return _show(actor)


@blueprint.post("/approve")
@requires(Permission.RETENTION_APPROVE)
def approve(actor: Actor) -> Response:
    """Let the records of the list that was shown go, as far as they are due still."""
    form = ApproveForm(request.form)
    if not form.validate():
        return _show(actor, approving=form, status=422)
    done = service.approve(actor, request.form.getlist("item"), shown.AT_ONCE)
    said = f"{count_of(done.records, 'record')} will be erased in the next minutes."
    stayed = f" {count_of(done.left_out, 'record')} of the list stayed: held by now, or no longer due."
    flash(said + (stayed if done.left_out else ""), "success")
    return redirect(PATH, 303)


@blueprint.post("/holds")
@requires(Permission.HOLD_PLACE)
def hold(actor: Actor) -> Response:
    """Put a hold on a referral."""
    form = HoldForm(request.form)
    is_valid = form.validate()
    referral = get_own_referral(actor, form.normalised) if is_valid else None
    if is_valid and referral is None:
        form.reference.errors = ["There is no referral with this reference. Check it and type it again"]
    if referral is None:
        return _show(actor, holding=form, status=422)
    if again := attempt(lambda: holds.place(actor, referral, form.reason.data or "", form.day)):
        return _show(actor, holding=form, **again)
    flash(f"{referral.reference} is held. Managers are reminded on {date_only(form.day)}.", "success")
    return redirect(f"{PATH}#holds", 303)


@blueprint.get("/holds/<key:key>")
@requires_row(Permission.HOLD_LIFT, holds.get_standing)
def show_hold(actor: Actor, found: Standing) -> Response:
    """One hold: why it stands, and keeping it on or lifting it."""
    return _show_hold(actor, found)


@blueprint.post("/holds/<key:key>/keep")
@requires_row(Permission.HOLD_KEEP, holds.get_standing)
def keep(actor: Actor, found: Standing) -> Response:
    """Keep a hold on until a later day."""
    form = KeepForm(request.form)
    if not form.validate():
        return _show_hold(actor, found, keeping=form, status=422)
    if again := attempt(lambda: holds.keep(actor, found, form.reason.data or "", form.day)):
        return _show_hold(actor, found, keeping=form, **again)
    flash(f"{found.reference} stays held. Managers are reminded on {date_only(form.day)}.", "success")
    return redirect(f"{PATH}#holds", 303)


@blueprint.post("/holds/<key:key>/lift")
@requires_row(Permission.HOLD_LIFT, holds.get_standing)
def lift(actor: Actor, found: Standing) -> Response:
    """End a hold."""
    form = LiftForm(request.form)
    if not form.validate():
        return _show_hold(actor, found, lifting=form, status=422)
    if again := attempt(lambda: holds.lift(actor, found, form.lifted_why.data or "")):
        return _show_hold(actor, found, lifting=form, **again)
    flash(f"The hold on {found.reference} is lifted.", "success")
    return redirect(f"{PATH}#holds", 303)


def _show(
    actor: Actor, *, approving: ApproveForm | None = None, holding: HoldForm | None = None, **more: Any
) -> Response:
    # Records of every organisation, also those that KSAF was never sent: their references and days, and nothing else.
    with as_system(db.session()):
        found = shown.overview(today())
    return render(
        "retention/retention.html",
        found=found,
        holds=holds.standing(actor),
        rules=policy.load(),
        shown=shown,
        approving=approving or ApproveForm(),
        holding=holding or HoldForm(),
        **more,
    )


def _show_hold(
    actor: Actor, found: Standing, *, keeping: KeepForm | None = None, lifting: LiftForm | None = None, **more: Any
) -> Response:
    return render(
        "retention/hold.html",
        hold=found,
        events=holds.history(actor, found),
        shown=shown,
        keeping=keeping or KeepForm(),
        lifting=lifting or LiftForm(),
        **more,
    )
