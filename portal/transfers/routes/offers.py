"""KSAF's pages about one offer: making it, seeing what was handed over, asking again and taking it back."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.consent import queries as consent
from portal.referrals import progress
from portal.referrals.form.parts import PART_WORDS
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral
from portal.referrals.record import note_view
from portal.transfers import content, links, queries, service
from portal.transfers.forms import ChaseForm, OfferForm, WithdrawForm
from portal.transfers.queries import Made
from portal.transfers.rules import MOST_WRONG_CODES, NO_CONSENT, SHARING_PURPOSE, STATE_LABELS, may_answer
from portal.transfers.service import Offer, OfferRefusedError
from portal.web.rendering import render

blueprint = Blueprint("transfers_offers", __name__, url_prefix="/referrals/<reference:reference>/onward")


@blueprint.get("/offer")
@requires_row(Permission.TRANSFER_OFFER, get_own_referral)
def form(actor: Actor, referral: Referral) -> Response:
    """Show the form for an offer."""
    note_view(actor, referral, "offer")
    return _show(actor, referral, OfferForm())


@blueprint.post("/offer")
@requires_row(Permission.TRANSFER_OFFER, get_own_referral)
def offer(actor: Actor, referral: Referral) -> Response:
    """Preview the offer exactly as its receiver will read it, or send it, as the button pressed says."""
    given, found = OfferForm(request.form), content.answered(actor, referral)
    services = queries.receivers(actor, referral)
    given.offer(services, found, queries.asked_outside(actor, referral), _limits(actor, referral))
    wanted = request.form.get("do")
    if wanted == "change" or not given.validate():
        return _show(actor, referral, given, status=200 if wanted == "change" else 422)
    receiver = given.chosen(services)
    frozen = content.frozen(referral, given.note.data or "", given.items.data or [], found)
    if wanted != "send":
        return render("transfers/preview.html", form=given, referral=referral, receiver=receiver, content=frozen)
    try:
        service.offer(actor, referral, Offer(receiver, given.reason(), frozen))
    except OfferRefusedError as refused:
        return _show(actor, referral, given, status=422, refused=str(refused))
    flash(f"Offered to {receiver.name}. They are told by email.", "success")
    return redirect(f"/referrals/{referral.reference}/onward", 303)


@blueprint.get("/<key:key>")
@requires_row(Permission.TRANSFER_OFFER, queries.open_offer)
def show(actor: Actor, made: Made) -> Response:
    """Show one offer and what was handed over."""
    note_view(actor, made.referral, "offer")
    return _show_made(made, ChaseForm(), WithdrawForm())


@blueprint.post("/<key:key>/chase")
@requires_row(Permission.TRANSFER_CHASE, queries.open_offer)
def chase(actor: Actor, made: Made) -> Response:
    """Record that the receiver was asked again."""
    given = ChaseForm(request.form)
    if not given.validate():
        return _show_made(made, given, WithdrawForm(), status=422)
    service.chase(actor, made.referral, made.transfer, given.reached.data or "")
    flash("Recorded. The next five working days to confirm begin now.", "success")
    return redirect(f"/referrals/{made.referral.reference}/onward", 303)


@blueprint.post("/<key:key>/withdraw")
@requires_row(Permission.TRANSFER_WITHDRAW, queries.open_offer)
def withdraw(actor: Actor, made: Made) -> Response:
    """Take the offer back."""
    given = WithdrawForm(request.form)
    if not given.validate():
        return _show_made(made, ChaseForm(), given, status=422)
    service.withdraw(actor, made.referral, made.transfer, given.why.data or "")
    flash(f"Offer to {made.transfer.to_name} withdrawn. They are told by email.", "success")
    return redirect(f"/referrals/{made.referral.reference}/onward", 303)


@blueprint.post("/<key:key>/link")
@requires_row(Permission.TRANSFER_RENEW, queries.open_offer)
def renew(actor: Actor, made: Made) -> Response:
    """Send a new link to a service without an account."""
    address = f"/referrals/{made.referral.reference}/onward"
    if made.transfer.to_email is None:
        flash("This service answers in the portal: it needs no link.", "info")
        return redirect(address, 303)
    try:
        service.renew(actor, made.referral, made.transfer)
    except OfferRefusedError as refused:
        return _show_made(made, ChaseForm(), WithdrawForm(), told=str(refused), status=422)
    flash(f"A new link is on its way to {made.transfer.to_email}. The one before it has ended.", "success")
    return redirect(f"{address}/{made.transfer.key}", 303)


def _limits(actor: Actor, referral: Referral) -> str:
    agreed = consent.in_force(actor, referral.id or 0, SHARING_PURPOSE)
    return (agreed.limits or "") if agreed else ""


def _show(actor: Actor, referral: Referral, given: OfferForm, refused: str = "", **more: Any) -> Response:
    found = content.answered(actor, referral)
    agreed = consent.in_force(actor, referral.id or 0, SHARING_PURPOSE)
    given.offer(queries.receivers(actor, referral), found, asked=(), limits=(agreed.limits or "") if agreed else "")
    return render(
        "transfers/offer.html",
        form=given,
        referral=referral,
        child=progress.child_in_full(referral),
        found=found,
        part_words=PART_WORDS,
        agreed=agreed,
        closed_because="" if agreed else NO_CONSENT,
        refused=refused,
        **more,
    )


def _show_made(made: Made, chased: ChaseForm, withdrawn: WithdrawForm, **more: Any) -> Response:
    return render(
        "transfers/made.html",
        referral=made.referral,
        child=progress.child_in_full(made.referral),
        transfer=made.transfer,
        content=made.transfer.content,
        state=STATE_LABELS[made.transfer.state],
        is_open=may_answer(made.transfer.state),
        link=links.newest(made.transfer) if made.transfer.to_email else None,
        most_wrong_codes=MOST_WRONG_CODES,
        now=clock.now(),
        chase_form=chased,
        withdraw_form=withdrawn,
        **more,
    )
