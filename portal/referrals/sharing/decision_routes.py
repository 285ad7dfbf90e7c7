"""KSAF's pages about sharing without consent: deciding, respecting a refusal, authorising, and what has to follow."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.referrals.models import Referral
from portal.referrals.progress import child_in_full
from portal.referrals.queries import get_own_referral
from portal.referrals.record import note_view
from portal.referrals.sharing import deciding, duties, queries, rules, service, shown
from portal.referrals.sharing.decision_forms import (
    DecideForm,
    FamilyForm,
    RespectForm,
    ReturnForm,
    StepForm,
    prefilled,
)
from portal.referrals.sharing.models import Duty
from portal.referrals.sharing.queries import Decided
from portal.referrals.sharing.service import SharingRefusedError
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("sharing_decisions", __name__, url_prefix="/referrals/<reference:reference>/sharing")


@blueprint.get("")
@requires_row(Permission.SHARING_READ, get_own_referral)
def page(actor: Actor, referral: Referral) -> Response:
    """Show every decision about the referral and what each still owes."""
    note_view(actor, referral, "sharing")
    return render(
        "sharing/decisions.html",
        referral=referral,
        child=child_in_full(referral),
        refused=service.is_refused(actor, referral),
        lines=[shown.line(each) for each in queries.of_referral(actor, referral)],
    )


@blueprint.get("/new")
@requires_row(Permission.SHARING_DECIDE, get_own_referral)
def form(actor: Actor, referral: Referral) -> Response:
    """The form for a decision, holding what a manager has returned where `from` names it."""
    note_view(actor, referral, "share without consent")
    if typed := held.give_back(actor, request.path):
        return _ask(actor, referral, DecideForm(typed))
    key = request.args.get("from")
    found = queries.of_referral(actor, referral) if key else []
    before = next((each.decision for each in found if each.decision.key == key), None)
    known = {each.id: each.key for each in deciding.candidates(actor, referral)} if before else {}
    return _ask(actor, referral, prefilled(before, known.get(before.to_organisation_id, "") if before else ""))


@blueprint.post("/new")
@requires_row(Permission.SHARING_DECIDE, get_own_referral)
def decide(actor: Actor, referral: Referral) -> Response:
    """Put a decision before the managers."""
    given = DecideForm(request.form)
    given.offer(deciding.candidates(actor, referral))
    if not given.validate():
        return _ask(actor, referral, given, status=422)
    made = deciding.propose(actor, referral, given.wanted())
    flash("Sent to a manager. Nothing is opened until they have authorised it.", "success")
    return _to(referral, made.key)


@blueprint.get("/respect")
@requires_row(Permission.SHARING_RESPECT, get_own_referral)
def respect_form(actor: Actor, referral: Referral) -> Response:
    """The form for a refusal that is respected."""
    note_view(actor, referral, "respect a refusal")
    return _ask_why(actor, referral, RespectForm(held.give_back(actor, request.path)))


@blueprint.post("/respect")
@requires_row(Permission.SHARING_RESPECT, get_own_referral)
def respect(actor: Actor, referral: Referral) -> Response:
    """Record that the refusal is respected."""
    given = RespectForm(request.form)
    given.offer(service.candidates(actor, referral))
    if not given.validate():
        return _ask_why(actor, referral, given, status=422)
    made = deciding.respect(actor, referral, given.to, given.why.data or "", given.refusal_reason.data or "")
    flash("Recorded: the refusal is respected. Nothing is shared.", "success")
    return _to(referral, made.key)


@blueprint.get("/<key:key>")
@requires_row(Permission.SHARING_READ, queries.open_decision)
def show(actor: Actor, found: Decided) -> Response:
    """Show one decision, how it was settled and what it owes."""
    note_view(actor, found.referral, "sharing decision")
    return _show(actor, found)


@blueprint.post("/<key:key>/authorise")
@requires_row(Permission.SHARING_AUTHORISE, queries.open_for_settling)
def authorise(actor: Actor, found: Decided) -> Response:
    """Authorise it, so that it is opened."""
    try:
        deciding.authorise(actor, found)
    except SharingRefusedError as refused:
        return _show(actor, found, refused=str(refused), status=422)
    name = found.decision.to_name
    is_here = found.decision.to_organisation_id is not None
    flash(
        f"Authorised. {name} can see it now." if is_here else f"Authorised. Share it with {name} yourselves.", "success"
    )
    return _to(found.referral, found.decision.key)


@blueprint.post("/<key:key>/return")
@requires_row(Permission.SHARING_RETURN, queries.open_for_settling)
def send_back(actor: Actor, found: Decided) -> Response:
    """Return it to whoever decided."""
    given = ReturnForm(request.form)
    if not given.validate():
        return _show(actor, found, returned=given, status=422)
    try:
        deciding.send_back(actor, found, given.written)
    except SomeoneWasFirstError as first:
        return _show(actor, found, told=first.told, typed=given.written, status=409)
    except SharingRefusedError as refused:
        return _show(actor, found, returned=given, refused=str(refused), status=422)
    flash(f"Returned to {found.decision.decided_by_name}, who has been told.", "success")
    return _to(found.referral, found.decision.key)


@blueprint.post("/<key:key>/refusal-reason")
@requires_row(Permission.SHARING_REASON, queries.open_decision)
def refusal_reason(actor: Actor, found: Decided) -> Response:
    """Record why the family refused."""
    return _follow(actor, found, Duty.REFUSAL_REASON, StepForm)


@blueprint.post("/<key:key>/tell-receiver")
@requires_row(Permission.SHARING_TELL_RECEIVER, queries.open_decision)
def tell_receiver(actor: Actor, found: Decided) -> Response:
    """Record that the receiving team was told of the refusal."""
    return _follow(actor, found, Duty.TELL_RECEIVER, StepForm)


@blueprint.post("/<key:key>/tell-family")
@requires_row(Permission.SHARING_TELL_FAMILY, queries.open_decision)
def tell_family(actor: Actor, found: Decided) -> Response:
    """Record that the family was told, or why not yet."""
    return _follow(actor, found, Duty.TELL_FAMILY, FamilyForm)


def _follow(actor: Actor, found: Decided, duty: Duty, kind: type[StepForm]) -> Response:
    given = kind(request.form, prefix=duty.value)
    if not given.validate():
        return _show(actor, found, given=(duty, given), status=422)
    evidence, again = given.evidence if isinstance(given, FamilyForm) else (given.written, None)
    try:
        duties.record(actor, found, duty, evidence, again)
    except SomeoneWasFirstError as first:
        return _show(actor, found, told=first.told, typed=evidence, status=409)
    flash("Recorded: you are asked again on that day." if again else f"{rules.DONE_WORDS[duty]}.", "success")
    return _to(found.referral, found.decision.key)


def _ask(actor: Actor, referral: Referral, given: DecideForm, *, status: int = 200) -> Response:
    given.offer(deciding.candidates(actor, referral))
    return render(
        "sharing/decide.html",
        status=status,
        form=given,
        referral=referral,
        child=child_in_full(referral),
        agreed=service.agreed(actor, referral),
        hints=shown.HINTS,
    )


def _ask_why(actor: Actor, referral: Referral, given: RespectForm, *, status: int = 200) -> Response:
    given.offer(service.candidates(actor, referral))
    child = child_in_full(referral)
    return render("sharing/respect.html", status=status, form=given, referral=referral, child=child)


def _show(
    actor: Actor, found: Decided, *, given: tuple[Duty, StepForm] | None = None, status: int = 200, **more: Any
) -> Response:
    known: dict[str, Any] = {"returned": ReturnForm()}
    is_own = not rules.may_settle(actor.user_id, found.decision.decided_by_id)
    return render(
        "sharing/decision.html",
        status=status,
        found=found,
        referral=found.referral,
        child=child_in_full(found.referral),
        line=shown.line(found),
        rows=shown.rows(found),
        steps=shown.steps(found),
        forms=[(duty, rules.DUTY_WORDS[duty], _form_of(duty, given)) for duty in found.outstanding],
        is_own=is_own,
        can_settle=found.waits and actor.may(Permission.SHARING_AUTHORISE) and not is_own,
        **(known | more),
    )


def _form_of(duty: Duty, given: tuple[Duty, StepForm] | None) -> StepForm:
    if given and given[0] is duty:
        return given[1]
    # Several stand on one page.
    return (FamilyForm if duty is Duty.TELL_FAMILY else StepForm)(prefix=duty.value)


def _to(referral: Referral, key: str) -> Response:
    return redirect(f"/referrals/{referral.reference}/sharing/{key}", 303)
