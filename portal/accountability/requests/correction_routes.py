"""Adding a statement beside a record, and recording who was told of it."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accountability.requests import corrections, queries, trail
from portal.accountability.requests.correction_forms import StatementForm, ToldForm
from portal.accountability.requests.corrections import OpenedRecipient
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import KINDS
from portal.accounts import held
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("data_corrections", __name__, url_prefix="/data-requests/<reference:reference>")


@blueprint.get("/corrections")
@requires_row(Permission.CORRECTION_OPEN, corrections.open_to_correct)
def form(actor: Actor, asked: DataRequest) -> Response:
    """Show the form of a statement."""
    trail.note_view(actor, asked, "corrections")
    return _show(actor, asked, StatementForm(held.give_back(actor, request.path)))


@blueprint.post("/corrections")
@requires_row(Permission.CORRECTION_ADD, corrections.open_to_correct)
def add(actor: Actor, asked: DataRequest) -> Response:
    """Put a statement beside a record."""
    typed = StatementForm(request.form).offer(queries.referrals_of(actor, asked))
    if not typed.validate():
        return _show(actor, asked, typed, status=422)
    of = typed.of.data
    if again := attempt(lambda: corrections.add(actor, asked, of, typed.said()), RequestRefusedError):
        return _show(actor, asked, typed, **again)
    flash("The statement stands beside the record. Tell those who are listed below.", "success")
    return redirect(f"/data-requests/{asked.reference}", 303)


@blueprint.get("/recipients/<key:key>")
@requires_row(Permission.CORRECTION_OPEN, corrections.open_recipient)
def told_form(actor: Actor, opened: OpenedRecipient) -> Response:
    """Show the form for how somebody was told."""
    trail.note_view(actor, opened.request, "recipient")
    return _show_told(opened, ToldForm(held.give_back(actor, request.path)))


@blueprint.post("/recipients/<key:key>")
@requires_row(Permission.CORRECTION_TELL, corrections.open_recipient)
def told(actor: Actor, opened: OpenedRecipient) -> Response:
    """Record that somebody was told."""
    typed = ToldForm(request.form)
    if not typed.validate():
        return _show_told(opened, typed, status=422)
    if again := attempt(lambda: corrections.tell(actor, opened, typed.how.data or "")):
        return _show_told(opened, typed, **again)
    flash("Recorded: they were told.", "success")
    return redirect(f"/data-requests/{opened.request.reference}", 303)


def _show(
    actor: Actor, asked: DataRequest, typed: StatementForm, *, told: str = "", refused: str = "", status: int = 200
) -> Response:
    return render(
        "data_requests/correction.html",
        status=status,
        asked=asked,
        kind=KINDS[asked.kind],
        form=typed.offer(queries.referrals_of(actor, asked)),
        refused=refused or told,
    )


def _show_told(opened: OpenedRecipient, typed: ToldForm, *, told: str = "", status: int = 200) -> Response:
    return render("data_requests/told.html", asked=opened.request, row=opened.row, form=typed, told=told, status=status)
