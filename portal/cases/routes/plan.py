"""The Family Support Plan: reading, printing and writing it, and asking the family for its consent again."""

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import consent_again, plan, queries
from portal.cases.consent_forms import ConsentForm
from portal.cases.family_consent import NoConsentError
from portal.cases.menu import MENU
from portal.cases.plan import Plan
from portal.cases.plan_forms import PlanForm, plan_form
from portal.cases.queries import Supported
from portal.consent import wording
from portal.organisations import contacts
from portal.referrals import page, progress
from portal.referrals.record import note_view
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("cases_plan", __name__, url_prefix="/referrals/<reference:reference>/plan")


@blueprint.get("")
@requires_row(Permission.REFERRAL_READ, plan.open_plan)
def show(actor: Actor, found: Plan) -> Response:
    """Show the plan, and to KSAF what is still to be done in week 1."""
    opened = found.supported.opened
    note_view(actor, opened.referral, "plan")
    may_write = actor.may(Permission.PLAN_WRITE) and found.supported.case.ended_at is None
    return render(
        "cases/plan.html",
        plan=found,
        case=found.supported.case if actor.is_operator else None,
        may_write=may_write,
        may_change=may_write and found.agreed.to_support,
        **page.heading(actor, opened, "support"),
    )


@blueprint.get("/page")
@requires_row(Permission.REFERRAL_READ, plan.open_plan)
def document(actor: Actor, found: Plan) -> Response:
    """Show the plan as one page to read, print and hand over."""
    if not found.is_begun:
        abort(404)
    referral = found.supported.referral
    note_view(actor, referral, "plan to print")
    return render(
        "cases/plan_document.html",
        plan=found,
        referral=referral,
        child=progress.child_in_full(referral),
        line=contacts.ksaf(),
    )


@blueprint.get("/edit")
@requires_row(Permission.PLAN_WRITE, queries.open_own_support)
def edit_form(actor: Actor, found: Supported) -> Response:
    """Show the form of the plan."""
    note_view(actor, found.referral, "plan")
    return _show_edit(actor, found, plan_form(plan.texts_of(found.case), plan.version_of(found.case)))


@blueprint.post("/edit")
@requires_row(Permission.PLAN_WRITE, queries.open_own_support)
def edit(actor: Actor, found: Supported) -> Response:
    """Save the plan."""
    typed = PlanForm(request.form)
    if not typed.validate():
        return _show_edit(actor, found, typed, status=422)
    if again := attempt(lambda: plan.save(actor, found, typed.texts(), typed.version.data or ""), NoConsentError):
        return _show_edit(actor, found, typed, **again)
    return _back(found, "Plan saved.")


@blueprint.get("/consent")
@requires_row(Permission.CONSENT_CONFIRM, queries.open_own_support)
def consent_form(actor: Actor, found: Supported) -> Response:
    """Show the wording to read to the family, and the form for what they say."""
    note_view(actor, found.referral, "consent")
    return _show_consent(actor, found, ConsentForm())


@blueprint.post("/consent")
@requires_row(Permission.CONSENT_CONFIRM, queries.open_own_support)
def confirm(actor: Actor, found: Supported) -> Response:
    """Enter what the family said into the ledger."""
    typed = ConsentForm(request.form)
    if not typed.validate():
        return _show_consent(actor, found, typed, status=422)
    if again := attempt(lambda: consent_again.confirm(actor, found, typed.answer())):
        return _show_consent(actor, found, typed, **again)
    return _back(found, "What the family said is recorded.")


def _back(found: Supported, told: str) -> Response:
    flash(told, "success")
    return redirect(f"/referrals/{found.referral.reference}/plan", 303)


def _show_edit(
    actor: Actor, found: Supported, form: PlanForm, *, told: str = "", refused: str = "", status: int = 200
) -> Response:
    return render(
        "cases/plan_edit.html",
        status=status,
        form=form,
        fits={key: each.fits for key, each in MENU.items()},
        told=told,
        refused=refused,
        saved=plan.texts_of(found.case) if told else None,
        parts=plan.PARTS,
        **page.heading(actor, found.opened, "support"),
    )


def _show_consent(actor: Actor, found: Supported, form: ConsentForm, *, told: str = "", status: int = 200) -> Response:
    return render(
        "cases/consent_again.html",
        status=status,
        form=form,
        told=told,
        wording=wording.current(),
        **page.heading(actor, found.opened, "support"),
    )
