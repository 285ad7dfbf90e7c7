"""Asking the referrer for information."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.record import note_view
from portal.referrals.rules import Event
from portal.timescales import in_force
from portal.timescales.pauses import Pause
from portal.triage import queries, service
from portal.triage.forms import AskForm
from portal.triage.queries import File
from portal.triage.routes.shown import beside, not_now
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("triage_ask", __name__)


@blueprint.get("/referrals/<reference:reference>/ask")
@requires_row(Permission.REFERRAL_ASK, queries.open_file)
def form(actor: Actor, file: File) -> Response:
    """Show the form for a question."""
    if elsewhere := not_now(actor, file.referral, Event.ASK):
        return elsewhere
    note_view(actor, file.referral, "ask")
    return _show(actor, file, AskForm())


@blueprint.post("/referrals/<reference:reference>/ask")
@requires_row(Permission.REFERRAL_ASK, get_referral)
def ask(actor: Actor, referral: Referral) -> Response:
    """Send the question."""
    file, asked = queries.file_of(actor, referral), AskForm(request.form)
    shown = beside(actor, file, queries.evidence(actor, referral))
    asked.offer(shown["gaps"])
    if not asked.validate():
        return render("triage/ask.html", form=asked, pauses=_pauses(), status=422, **shown)
    try:
        service.ask(actor, referral, asked.asked())
    except SomeoneWasFirstError as first:
        return render("triage/ask.html", form=asked, pauses=_pauses(), told=first.told, status=409, **shown)
    paused = " The time to decide is paused until the referrer answers." if _pauses() else ""
    flash(f"Question sent.{paused}", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


def _show(actor: Actor, file: File, asked: AskForm) -> Response:
    shown = beside(actor, file, queries.evidence(actor, file.referral))
    asked.offer(shown["gaps"])
    return render("triage/ask.html", form=asked, pauses=_pauses(), **shown)


def _pauses() -> bool:
    return in_force.stops(Pause.INFORMATION, "decide")
