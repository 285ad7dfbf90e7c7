"""A manager settles a proposed decision: authorises it, or returns it with a comment."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.record import note_view
from portal.referrals.rules import Event
from portal.triage import letter, queries, rules, service
from portal.triage.forms import ReturnForm
from portal.triage.queries import File
from portal.triage.routes.shown import beside, not_now
from portal.triage.service import DecisionRefusedError
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("triage_authorise", __name__)


@blueprint.get("/referrals/<reference:reference>/authorise")
@requires_row(Permission.REFERRAL_AUTHORISE, queries.open_file)
def page(actor: Actor, file: File) -> Response:
    """Show the whole decision beside the referral."""
    if elsewhere := not_now(actor, file.referral, Event.AUTHORISE):
        return elsewhere
    note_view(actor, file.referral, "authorise")
    return _show(actor, file, ReturnForm())


@blueprint.post("/referrals/<reference:reference>/authorise")
@requires_row(Permission.REFERRAL_AUTHORISE, get_referral)
def authorise(actor: Actor, referral: Referral) -> Response:
    """Authorise the decision."""
    try:
        service.require_as_read(actor, referral, request.form.get("decision"))
        service.authorise(actor, referral)
    except DecisionRefusedError as refused:
        return _show(actor, queries.file_of(actor, referral), ReturnForm(), refused=str(refused), status=422)
    flash("Decision authorised. The referrer has been told.", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


@blueprint.post("/referrals/<reference:reference>/return")
@requires_row(Permission.REFERRAL_RETURN, get_referral)
def send_back(actor: Actor, referral: Referral) -> Response:
    """Return the decision to whoever proposed it."""
    returned = ReturnForm(request.form)
    try:
        service.require_unsettled(actor, referral)
        service.require_as_read(actor, referral, request.form.get("decision"))
        if not returned.validate():
            return _show(actor, queries.file_of(actor, referral), returned, status=422)
        decision = service.send_back(actor, referral, returned.comment.data or "")
    except SomeoneWasFirstError as first:
        return _overtaken(actor, queries.file_of(actor, referral), returned, first)
    except DecisionRefusedError as refused:
        return _show(actor, queries.file_of(actor, referral), returned, refused=str(refused), status=422)
    flash(f"Decision returned to {decision.proposed_by_name}, who has been told.", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


def _overtaken(actor: Actor, file: File, returned: ReturnForm, first: SomeoneWasFirstError) -> Response:
    """Show who was first, with the comment that was typed; where no decision was ever made there is no page to show."""
    if file.decision is None:
        raise first
    return _show(actor, file, returned, told=first.told, status=409)


def _show(actor: Actor, file: File, returned: ReturnForm, **more: Any) -> Response:
    decision = file.decision
    return render(
        "triage/authorise.html",
        form=returned,
        letter=letter.of_decision(file),
        outcome_title=rules.OUTCOMES[decision.outcome].title if decision else "",
        is_own=decision is not None and not rules.may_authorise(actor.user_id, decision.proposed_by_id),
        can_settle=lifecycle.can(actor, file.referral, Event.AUTHORISE),
        returned_before=queries.returned_before(actor, file.referral),
        **more,
        **beside(actor, file, queries.evidence(actor, file.referral)),
    )
