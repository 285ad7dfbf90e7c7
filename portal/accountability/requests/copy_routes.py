"""Preparing a copy of a record for a request, reading it before it is given, and taking it as a file."""

import json

from flask import Blueprint, flash, make_response, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accountability.requests import copies, queries, trail
from portal.accountability.requests.copies import Opened
from portal.accountability.requests.forms import CopyForm
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import KINDS
from portal.accountability.subjects import parts
from portal.accounts import held
from portal.cases import pdf
from portal.referrals.record import note_view
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("data_copies", __name__, url_prefix="/data-requests/<reference:reference>/copies")


@blueprint.get("")
@requires_row(Permission.DATA_COPY_OPEN, copies.open_to_prepare)
def form(actor: Actor, asked: DataRequest) -> Response:
    """Show what is to be decided before a copy is made."""
    trail.note_view(actor, asked, "copies")
    return _show(actor, asked, CopyForm(held.give_back(actor, request.path)))


@blueprint.post("")
@requires_row(Permission.DATA_COPY_PREPARE, copies.open_to_prepare)
def prepare(actor: Actor, asked: DataRequest) -> Response:
    """Make a copy, to be read on its own page."""
    typed = CopyForm(request.form).offer(queries.referrals_of(actor, asked))
    if not typed.validate():
        return _show(actor, asked, typed, status=422)
    made: list[str] = []
    gives, why = typed.gives_safeguarding, typed.why.data or ""

    def make() -> None:
        made.append(copies.prepare(actor, asked, typed.of.data, gives_safeguarding=gives, why=why).key)

    if again := attempt(make, RequestRefusedError):
        return _show(actor, asked, typed, **again)
    flash("The copy is prepared. Read it to the end before it is given.", "success")
    return redirect(f"/data-requests/{asked.reference}/copies/{made[0]}", 303)


@blueprint.get("/<key:key>")
@requires_row(Permission.DATA_COPY_OPEN, copies.open_copy)
def show(actor: Actor, opened: Opened) -> Response:
    """Show a copy as it would be given, each line with the choice to leave it out."""
    note_view(actor, opened.referral, "copy of the record")
    made = copies.record_copy(opened.row)
    reasons = {each.words: each.source for each in parts.reasons().values()}
    left_out = [(words, count, reasons[words]) for words, count in sorted(made.withheld.items())]
    return render("data_requests/copy.html", asked=opened.request, row=opened.row, made=made, left_out=left_out)


@blueprint.post("/<key:key>/read")
@requires_row(Permission.DATA_COPY_CONFIRM, copies.open_copy)
def read(actor: Actor, opened: Opened) -> Response:
    """Record that the copy was read, without the lines that were chosen."""
    copies.read(actor, opened, frozenset(request.form.getlist("withhold")))
    flash("Recorded: you read it. It can be downloaded now, and stays as it is.", "success")
    return redirect(f"/data-requests/{opened.request.reference}/copies/{opened.row.key}", 303)


@blueprint.get("/<key:key>/pdf")
@requires_row(Permission.DATA_COPY_OPEN, copies.open_read)
def as_pdf(actor: Actor, opened: Opened) -> Response:
    """Give the copy as a tagged PDF."""
    return _file(actor, opened, pdf.render(copies.record_copy(opened.row).as_document()), "pdf", "application/pdf")


@blueprint.get("/<key:key>/json")
@requires_row(Permission.DATA_COPY_OPEN, copies.open_read)
def as_json(actor: Actor, opened: Opened) -> Response:
    """Give the copy as JSON, which another system can read (UK GDPR Art. 20)."""
    content = json.dumps(copies.record_copy(opened.row).as_json(), indent=2, ensure_ascii=False).encode()
    return _file(actor, opened, content, "json", "application/json")


def _file(actor: Actor, opened: Opened, content: bytes, form: str, kind: str) -> Response:
    copies.note_taken(actor, opened, form)
    answer = make_response(content)
    answer.headers["Content-Type"] = kind
    # The file's name says nothing of a child: it stays in the list of a browser's downloads.
    answer.headers["Content-Disposition"] = f'attachment; filename="{opened.row.reference}.{form}"'
    return answer


def _show(
    actor: Actor, asked: DataRequest, typed: CopyForm, *, told: str = "", refused: str = "", status: int = 200
) -> Response:
    return render(
        "data_requests/prepare.html",
        status=status,
        asked=asked,
        kind=KINDS[asked.kind],
        form=typed.offer(queries.referrals_of(actor, asked)),
        refused=refused or told,
    )
