"""The receiving organisation's pages: what it has been offered, and its answer."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal import db
from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.transfers import queries, service
from portal.transfers.forms import DeclineForm
from portal.transfers.models import Transfer
from portal.transfers.rules import READABLE, STATE_LABELS, TransferState, may_answer
from portal.web.rendering import render

blueprint = Blueprint("transfers_received", __name__, url_prefix="/transfers")


@blueprint.get("")
@requires(Permission.TRANSFER_READ)
def index(actor: Actor) -> Response:
    """List what the actor's organisation has been offered."""
    return render("transfers/list.html", offers=queries.received(actor), labels=STATE_LABELS)


@blueprint.get("/<key:key>")
@requires_row(Permission.TRANSFER_READ, queries.get_received)
def show(actor: Actor, transfer: Transfer) -> Response:
    """Show an offer as it was frozen; nothing of it once it was declined or withdrawn."""
    with db.own_transaction(actor.organisation_id):
        subject = ("transfer", transfer.id)
        audit.record(
            actor, Action.TRANSFER_VIEWED, subject=subject, owner_id=transfer.organisation_id, key=transfer.key
        )
    return _show(actor, transfer, DeclineForm())


@blueprint.post("/<key:key>/accept")
@requires_row(Permission.TRANSFER_ACCEPT, queries.get_received)
def accept(actor: Actor, transfer: Transfer) -> Response:
    """Accept the family."""
    reference = service.accept(actor, transfer)
    flash("Accepted. KSAF and the referrer are told. The referral is now among yours.", "success")
    return redirect(f"/referrals/{reference}", 303)


@blueprint.post("/<key:key>/decline")
@requires_row(Permission.TRANSFER_DECLINE, queries.get_received)
def decline(actor: Actor, transfer: Transfer) -> Response:
    """Decline the family, with reasons."""
    given = DeclineForm(request.form)
    if not given.validate():
        return _show(actor, transfer, given, status=422)
    service.decline(actor, transfer, given.why.data or "")
    flash("Declined. KSAF is told and looks for another service.", "success")
    return redirect("/transfers", 303)


def _show(actor: Actor, transfer: Transfer, form: DeclineForm, **more: Any) -> Response:
    waits = may_answer(transfer.state)
    agreed = not waits or service.is_agreed(actor, transfer)
    is_over = transfer.state is TransferState.ACCEPTED and not service.is_open_to(actor, transfer)
    return render(
        "transfers/received.html",
        form=form,
        transfer=transfer,
        reference=transfer.content["reference"],
        agreed=agreed,
        is_over=is_over,
        content=transfer.content if transfer.state in READABLE and agreed and not is_over else None,
        state=STATE_LABELS[transfer.state],
        may_answer=waits and agreed and actor.may(Permission.TRANSFER_ACCEPT),
        **more,
    )
