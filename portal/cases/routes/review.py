"""The week 4 review: reading it, planning, moving and calling it off, and recording what it changed."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import family_consent, guests, queries, review
from portal.cases.family_consent import NoConsentError
from portal.cases.queries import Supported
from portal.cases.review import Reviewed
from portal.cases.review_forms import LENGTHS, HeldReviewForm, PlanReviewForm, plan_review_form
from portal.referrals import page
from portal.referrals.record import note_view
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("cases_review", __name__, url_prefix="/referrals/<reference:reference>/review")


@blueprint.get("")
@requires_row(Permission.REFERRAL_READ, review.open_review)
def show(actor: Actor, found: Reviewed) -> Response:
    """Show when and where the review is, or what it changed."""
    supported = found.supported
    note_view(actor, supported.referral, "review")
    invited = found.own.invited if found.own else []
    people = guests.can_be_invited(actor, supported, found.agreed) if invited else {}
    return render(
        "cases/review.html",
        review=found,
        length=LENGTHS.get(str(found.minutes), ""),
        is_over=found.planned_for is not None and found.planned_for <= clock.now(),
        invited=[people[key] for key in invited if key in people],
        may_write=actor.may(Permission.REVIEW_PLAN) and supported.case.ended_at is None and not found.held_at,
        **page.heading(actor, supported.opened, "support"),
    )


@blueprint.get("/plan")
@requires_row(Permission.REVIEW_PLAN, queries.open_support)
def plan_form(actor: Actor, found: Supported) -> Response:
    """Show the form for planning or moving the review."""
    note_view(actor, found.referral, "review")
    return _show_plan(actor, found, plan_review_form(review.of_case(actor, found.case)))


@blueprint.post("/plan")
@requires_row(Permission.REVIEW_PLAN, queries.open_own_support)
def plan(actor: Actor, found: Supported) -> Response:
    """Plan or move the review, and tell whoever is invited."""
    typed = PlanReviewForm(request.form)
    if not typed.validate():
        return _show_plan(actor, found, typed, status=422)
    if again := attempt(lambda: review.plan(actor, found, typed.plans(), typed.version.data or ""), NoConsentError):
        return _show_plan(actor, found, typed, **again)
    return _back(found, "Review planned. Those you invited are told by email, with a calendar file.")


@blueprint.post("/cancel")
@requires_row(Permission.REVIEW_CANCEL, queries.open_own_support)
def cancel(actor: Actor, found: Supported) -> Response:
    """Call the review off."""
    review.cancel(actor, found)
    return _back(found, "Review called off. Those invited are told by email.")


@blueprint.get("/record")
@requires_row(Permission.REVIEW_RECORD, queries.open_support)
def record_form(actor: Actor, found: Supported) -> Response:
    """Show the form for what the review changed."""
    note_view(actor, found.referral, "review")
    return _show_record(actor, found, HeldReviewForm())


@blueprint.post("/record")
@requires_row(Permission.REVIEW_RECORD, queries.open_own_support)
def record(actor: Actor, found: Supported) -> Response:
    """Record the review that was held."""
    typed = HeldReviewForm(request.form)
    if not typed.validate():
        return _show_record(actor, found, typed, status=422)
    if again := attempt(lambda: review.hold(actor, found, typed.held())):
        return _show_record(actor, found, typed, **again)
    return _back(found, "Review recorded.")


def _back(found: Supported, told: str) -> Response:
    flash(told, "success")
    return redirect(f"/referrals/{found.referral.reference}/review", 303)


def _show_plan(
    actor: Actor, found: Supported, form: PlanReviewForm, *, told: str = "", refused: str = "", status: int = 200
) -> Response:
    form.offer(guests.can_be_invited(actor, found, family_consent.agreed(actor, found.referral)))
    return render(
        "cases/review_plan.html",
        status=status,
        form=form,
        told=told,
        refused=refused,
        **page.heading(actor, found.opened, "support"),
    )


def _show_record(
    actor: Actor, found: Supported, form: HeldReviewForm, *, told: str = "", status: int = 200
) -> Response:
    return render(
        "cases/review_record.html",
        status=status,
        form=form,
        told=told,
        **page.heading(actor, found.opened, "support"),
    )
