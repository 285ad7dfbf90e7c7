"""KSAF asks the family or a school about attendance, and writes down what it was told."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.record import note_view
from portal.referrals.rules import Event
from portal.timescales import in_force
from portal.timescales.pauses import Pause
from portal.triage import queries
from portal.triage.context import forms, rules, service
from portal.triage.context import queries as context
from portal.triage.context.forms import AskContextForm, RecordContextForm
from portal.triage.context.service import ContextRefusedError
from portal.triage.queries import File
from portal.triage.routes.shown import beside, not_now
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("triage_context", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/ask-context")
@requires_row(Permission.REFERRAL_ASK_CONTEXT, queries.open_file)
def ask_form(actor: Actor, file: File) -> Response:
    """Show the form; where a school sent the referral, lead to asking the school itself."""
    if elsewhere := not_now(actor, file.referral, Event.ASK_CONTEXT):
        return elsewhere
    if not rules.needs_context(file.organisation.kind):
        flash(rules.BY_A_SCHOOL, "info")
        return redirect(f"/referrals/{file.referral.reference}/ask", 303)
    note_view(actor, file.referral, "ask context")
    kept = held.give_back(actor, request.path)
    return _show_ask(actor, file, AskContextForm(kept) if kept else forms.fresh())


@blueprint.post("/ask-context")
@requires_row(Permission.REFERRAL_ASK_CONTEXT, get_referral)
def ask(actor: Actor, referral: Referral) -> Response:
    """Ask."""
    file, asked = queries.file_of(actor, referral), AskContextForm(request.form)
    schools = context.schools(actor, referral)
    asked.offer(schools)
    if not asked.validate():
        return _show_ask(actor, file, asked, status=422)
    try:
        made = service.ask(actor, referral, asked.question(schools))
    except ContextRefusedError as refused:
        asked.whom.errors = [str(refused)]
        return _show_ask(actor, file, asked, status=422)
    except SomeoneWasFirstError as first:
        return _show_ask(actor, file, asked, status=409, told=first.told)
    done = "has been told by email" if made.to_organisation_id else "is asked by phone: record here what they say"
    flash(f"{made.to_name} {done}.{' The time to decide is paused.' if _pauses() else ''}", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


@blueprint.get("/record-context")
@requires_row(Permission.REFERRAL_RECORD_CONTEXT, queries.open_file)
def record_form(actor: Actor, file: File) -> Response:
    """Show what was asked, and the form for what was said."""
    if elsewhere := not_now(actor, file.referral, Event.RECORD_CONTEXT):
        return elsewhere
    note_view(actor, file.referral, "record context")
    return _show_record(actor, file, RecordContextForm(held.give_back(actor, request.path)))


@blueprint.post("/record-context")
@requires_row(Permission.REFERRAL_RECORD_CONTEXT, get_referral)
def record(actor: Actor, referral: Referral) -> Response:
    """Keep what was said."""
    file, said = queries.file_of(actor, referral), RecordContextForm(request.form)
    if not said.validate():
        return _show_record(actor, file, said, status=422)
    try:
        service.record(actor, referral, said.said_by.data or "", said.written)
    except SomeoneWasFirstError as first:
        return _show_record(actor, file, said, status=409, told=first.told)
    flash("Recorded. The time to decide runs on.", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


def _show_ask(actor: Actor, file: File, asked: AskContextForm, *, status: int = 200, told: str = "") -> Response:
    asked.offer(context.schools(actor, file.referral))
    shown = beside(actor, file, queries.evidence(actor, file.referral))
    return render("triage/ask_context.html", form=asked, pauses=_pauses(), status=status, told=told, **shown)


def _pauses() -> bool:
    return in_force.stops(Pause.CONTEXT, "decide")


def _show_record(actor: Actor, file: File, said: RecordContextForm, *, status: int = 200, told: str = "") -> Response:
    shown = beside(actor, file, queries.evidence(actor, file.referral))
    return render("triage/record_context.html", form=said, status=status, told=told, **shown)
