"""Raising a concern on a record, and what whoever raised it sees afterwards."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.record import note_view
from portal.referrals.rules import State
from portal.safeguarding import call_now, forms, queries, service
from portal.safeguarding.forms import ConcernForm
from portal.safeguarding.models import ConcernReceipt
from portal.web.rendering import render
from portal.web.typed import whole_number

blueprint = Blueprint("concern_raising", __name__)
MOST_WEEKS = 99  # what the address of a week can say


def open_sent(actor: Actor, reference: str) -> Referral | None:
    """Return the referral `reference` if `actor` can see its record and KSAF has it; a draft is nobody's but theirs."""
    referral = get_referral(actor, reference)
    return referral if referral and referral.state is not State.DRAFT else None


@blueprint.get("/referrals/<reference:reference>/concern")
@requires_row(Permission.CONCERN_RAISE, open_sent)
def form(actor: Actor, referral: Referral) -> Response:
    """Show the form, with what a session that ended left unsent."""
    # As a view of the record: that somebody thought of a concern is not for their organisation's own audit.
    note_view(actor, referral, "record")
    kept = held.give_back(actor, request.path)
    return _show(referral, ConcernForm(kept) if kept else forms.fresh(actor))


@blueprint.post("/referrals/<reference:reference>/concern")
@requires_row(Permission.CONCERN_RAISE, open_sent)
def send(actor: Actor, referral: Referral) -> Response:
    """Give it to KSAF's safeguarding team."""
    given = ConcernForm(request.form)
    if not given.validate():
        return _show(referral, given, status=422)
    receipt = service.raise_concern(actor, referral, given.raised(_week()))
    return redirect(f"/concerns/{receipt.reference}/received", 303)


@blueprint.get("/concerns/<reference:reference>/received")
@requires_row(Permission.CONCERN_FOLLOW, queries.own_receipt)
def received(actor: Actor, receipt: ConcernReceipt) -> Response:
    """Say that KSAF has it, whom to call now, and whether it has been looked at."""
    return render("safeguarding/received.html", receipt=receipt, call_now=call_now.for_area(receipt.area))


def _week() -> int | None:
    """Return the week of support whose update the form was opened from, if any."""
    return whole_number(request.values.get("week"), MOST_WEEKS) or None


def _show(referral: Referral, given: ConcernForm, *, status: int = 200) -> Response:
    return render(
        "safeguarding/raise.html",
        status=status,
        form=given,
        referral=referral,
        child=progress.child_in_full(referral),
        week=_week(),
        call_now=call_now.for_area(referral.area),
    )
