"""Proposing a decision, beside the referral it is about."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.record import note_view
from portal.referrals.rules import Event
from portal.triage import letter, queries, rules, service
from portal.triage.forms import DecideForm, prefilled
from portal.triage.models import Outcome
from portal.triage.queries import Evidence, File
from portal.triage.routes.shown import beside, not_now
from portal.triage.service import DecisionRefusedError
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("triage_decide", __name__)


@blueprint.get("/referrals/<reference:reference>/decide")
@requires_row(Permission.REFERRAL_DECIDE, queries.open_file)
def form(actor: Actor, file: File) -> Response:
    """Show the form, filled with what a manager has returned if there is such a proposal."""
    if elsewhere := not_now(actor, file.referral, Event.DECIDE):
        return elsewhere
    note_view(actor, file.referral, "decide")
    return _show(actor, file, queries.evidence(actor, file.referral), prefilled(file.decision))


@blueprint.post("/referrals/<reference:reference>/decide")
@requires_row(Permission.REFERRAL_DECIDE, get_referral)
def decide(actor: Actor, referral: Referral) -> Response:
    """Fill in suggested wording, preview the letter, or send the proposal to a manager, as the button pressed says."""
    file, proposed = queries.file_of(actor, referral), DecideForm(request.form)
    found, wanted = queries.evidence(actor, referral), request.form.get("do")
    if wanted == "draft":
        proposed.fill_in()
        return _show(actor, file, found, proposed)
    if not proposed.is_complete(_closed(file, found)):
        return _show(actor, file, found, proposed, status=422)
    if wanted == "preview":
        return _show(actor, file, found, proposed, letter=letter.of_proposal(file, proposed.proposal(), actor.name))
    try:
        service.propose(actor, referral, proposed.proposal())
    except SomeoneWasFirstError as first:
        return _show(actor, file, found, proposed, told=first.told, status=409)
    except DecisionRefusedError as refused:
        proposed.outcome.errors = [str(refused)]
        return _show(actor, file, found, proposed, status=422)
    flash("Decision sent to a manager. The referrer is told once it is authorised.", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


def _closed(file: File, found: Evidence) -> dict[Outcome, str]:
    kept = file.assessment
    return rules.closed_outcomes(found.in_force, kept.level if kept else None, kept.why if kept else "")


def _show(actor: Actor, file: File, found: Evidence, proposed: DecideForm, **more: Any) -> Response:
    closed = {str(each): why for each, why in _closed(file, found).items()}
    hints = {str(each): closed.get(each, words.fits) for each, words in rules.OUTCOMES.items()}
    return render("triage/decide.html", form=proposed, closed=closed, hints=hints, **beside(actor, file, found), **more)
