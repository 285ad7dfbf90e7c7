"""The page of what would be removed for a request, and what stays: proposing it, agreeing to it, returning it."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accountability.requests import erasing, trail
from portal.accountability.requests.erasing import Opened, Removing
from portal.accountability.requests.erasing_forms import ApproveForm, ProposeForm, ReturnForm
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import RequestState
from portal.accounts import held
from portal.retention import policy
from portal.triage.rules import may_authorise
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("data_erasures", __name__, url_prefix="/data-requests/<reference:reference>/erasure")


@blueprint.get("")
@requires_row(Permission.ERASURE_OPEN, erasing.open_to_erase)
def show(actor: Actor, removing: Removing) -> Response:
    """Show what would go of each record and what stays, to propose it or to settle what was proposed."""
    trail.note_view(actor, removing.request, "erasure")
    return _show(actor, removing, proposing=ProposeForm(held.give_back(actor, request.path)))


@blueprint.post("")
@requires_row(Permission.ERASURE_PROPOSE, erasing.open_to_erase)
def propose(actor: Actor, removing: Removing) -> Response:
    """Put before the other managers that these records go."""
    form = ProposeForm(request.form)
    if not form.validate():
        return _show(actor, removing, proposing=form, status=422)
    going, words = form.going.data or [], form.words.data or ""
    if again := attempt(lambda: erasing.propose(actor, removing, going, words), RequestRefusedError):
        return _show(actor, removing, proposing=form, **again)
    flash("Proposed. Another manager has been told. Nothing has gone yet.", "success")
    return redirect(f"/data-requests/{removing.request.reference}", 303)


@blueprint.post("/<key:key>/approve")
@requires_row(Permission.RECORD_ERASE, erasing.open_proposal)
def approve(actor: Actor, opened: Opened) -> Response:
    """Remove what was proposed, for good, and answer the request."""
    form = ApproveForm(request.form)
    if not form.validate():
        return _show(actor, opened.removing, approving=form, status=422)
    if again := attempt(lambda: erasing.approve(actor, opened, form.sent.data or ""), RequestRefusedError):
        return _show(actor, opened.removing, approving=form, **again)
    flash("Removed for good. The request is answered: tell them now.", "success")
    return redirect(f"/data-requests/{opened.request.reference}", 303)


@blueprint.post("/<key:key>/return")
@requires_row(Permission.ERASURE_RETURN, erasing.open_proposal)
def send_back(actor: Actor, opened: Opened) -> Response:
    """Return what was proposed."""
    form = ReturnForm(request.form)
    if not form.validate():
        return _show(actor, opened.removing, returning=form, status=422)
    if again := attempt(lambda: erasing.send_back(actor, opened, form.comment.data or ""), RequestRefusedError):
        return _show(actor, opened.removing, returning=form, **again)
    flash(f"Returned to {opened.row.proposed_by_name}, who has been told.", "success")
    return redirect(f"/data-requests/{opened.request.reference}", 303)


def _show(
    actor: Actor,
    removing: Removing,
    *,
    proposing: ProposeForm | None = None,
    approving: ApproveForm | None = None,
    returning: ReturnForm | None = None,
    **more: Any,
) -> Response:
    asked, found = removing.request, erasing.previews(actor, removing)
    last = erasing.newest(actor, asked)
    waits = last if last and last.settled_at is None else None
    return render(
        "data_requests/erasure.html",
        asked=asked,
        previews=found,
        waits=waits,
        returned=last if last and last.is_approved is False else None,
        is_own=waits is not None and not may_authorise(actor.user_id, waits.proposed_by_id),
        is_over=asked.state is RequestState.ANSWERED,
        stays=policy.load().kept,
        proposing=(proposing or ProposeForm()).offer(found),
        approving=approving or ApproveForm(),
        returning=returning or ReturnForm(),
        **more,
    )
