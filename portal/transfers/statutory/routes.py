"""KSAF's pages about a statutory referral: logging it, and what is recorded about it afterwards."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.organisations import contacts
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral
from portal.referrals.record import note_view
from portal.transfers.statutory import forms, queries, rules, service, shown
from portal.transfers.statutory.forms import AcknowledgeForm, ChaseForm, LogForm, OutcomeForm
from portal.transfers.statutory.queries import Made
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("statutory", __name__, url_prefix="/referrals/<reference:reference>/onward/statutory")


@blueprint.get("")
@requires_row(Permission.STATUTORY_READ, get_own_referral)
def form(actor: Actor, referral: Referral) -> Response:
    """Show the form for a referral that has been made."""
    note_view(actor, referral, "statutory")
    return _show_form(actor, referral, forms.fresh())


@blueprint.post("")
@requires_row(Permission.STATUTORY_LOG, get_own_referral)
def log(actor: Actor, referral: Referral) -> Response:
    """Record that KSAF has referred the child to a statutory service."""
    given = LogForm(request.form)
    given.offer(queries.doors(actor, referral.area))
    if not given.validate():
        return _show_form(actor, referral, given, status=422)
    made = service.log(actor, referral, given.given())
    flash(f"Recorded: {made.to_name}. It is followed up from here until it is acknowledged.", "success")
    return redirect(f"/referrals/{referral.reference}/onward/statutory/{made.key}", 303)


@blueprint.get("/<key:key>")
@requires_row(Permission.STATUTORY_READ, queries.open_statutory)
def show(actor: Actor, made: Made) -> Response:
    """Show what was said, on which basis, what is owed and what came of it."""
    note_view(actor, made.referral, "statutory")
    return _show(actor, made)


@blueprint.post("/<key:key>/confirm")
@requires_row(Permission.STATUTORY_CONFIRM, queries.open_statutory)
def confirm(actor: Actor, made: Made) -> Response:
    """Record that a call has been confirmed in writing."""
    service.confirm(actor, made.referral, made.statutory)
    return _done(made, "Recorded: confirmed in writing.")


@blueprint.post("/<key:key>/acknowledge")
@requires_row(Permission.STATUTORY_ACKNOWLEDGE, queries.open_statutory)
def acknowledge(actor: Actor, made: Made) -> Response:
    """Record that the service has acknowledged it."""
    given = AcknowledgeForm(request.form)
    if not given.validate():
        return _show(actor, made, acknowledge_form=given, status=422)
    try:
        service.acknowledge(actor, made.referral, made.statutory, given.their_reference.data or "")
    except SomeoneWasFirstError as first:
        return _show(actor, made, told=first.told, typed=given.their_reference.data, status=409)
    return _done(made, "Recorded: acknowledged.")


@blueprint.post("/<key:key>/chase")
@requires_row(Permission.STATUTORY_CHASE, queries.open_statutory)
def chase(actor: Actor, made: Made) -> Response:
    """Record that KSAF asked after it."""
    given = ChaseForm(request.form)
    if not given.validate():
        return _show(actor, made, chase_form=given, status=422)
    is_manager = given.who.data == "manager"
    try:
        service.chase(actor, made.referral, made.statutory, given.reached.data or "", is_manager=is_manager)
    except SomeoneWasFirstError as first:
        return _show(actor, made, told=first.told, typed=given.reached.data, status=409)
    return _done(made, "Recorded.")


@blueprint.post("/<key:key>/outcome")
@requires_row(Permission.STATUTORY_OUTCOME, queries.open_statutory)
def outcome(actor: Actor, made: Made) -> Response:
    """Record the outcome that the service gave in writing."""
    given = OutcomeForm(request.form)
    if not given.validate():
        return _show(actor, made, outcome_form=given, status=422)
    try:
        service.record_outcome(actor, made.referral, made.statutory, given.outcome.data or "")
    except SomeoneWasFirstError as first:
        return _show(actor, made, told=first.told, typed=given.outcome.data, status=409)
    return _done(made, "Recorded: the outcome.")


def _show_form(actor: Actor, referral: Referral, given: LogForm, **more: Any) -> Response:
    doors = queries.doors(actor, referral.area)
    given.offer(doors)
    return render(
        "transfers/statutory_log.html",
        form=given,
        referral=referral,
        child=progress.child_in_full(referral),
        hints={each.key: shown.how_to_reach(each) for each in doors},
        visiting=contacts.VISITING,
        **more,
    )


def _show(actor: Actor, made: Made, **given: Any) -> Response:
    known: dict[str, Any] = {
        "acknowledge_form": AcknowledgeForm(),
        "chase_form": ChaseForm(),
        "outcome_form": OutcomeForm(),
    }
    return render(
        "transfers/statutory.html",
        referral=made.referral,
        child=progress.child_in_full(made.referral),
        made=made.statutory,
        rows=shown.rows(made.statutory),
        standing=rules.standing(made.statutory),
        owed=next(
            shown.owed(running)
            for each, running in queries.owed_on(actor, made.referral)
            if each.id == made.statutory.id
        ),
        **(known | given),
    )


def _done(made: Made, told: str) -> Response:
    flash(told, "success")
    return redirect(f"/referrals/{made.referral.reference}/onward/statutory/{made.statutory.key}", 303)
