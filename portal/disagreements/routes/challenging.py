"""Challenging a decision, from the referral it was made on."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.disagreements import decided, files, queries, service, shown
from portal.disagreements.files import FilesRefusedError
from portal.disagreements.forms import ChallengeForm
from portal.disagreements.refusal import DisagreementRefusedError
from portal.referrals.files import kinds
from portal.referrals.models import Referral
from portal.referrals.record import note_view
from portal.safeguarding import call_now
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("disagreements_challenging", __name__, url_prefix="/referrals/<reference:reference>/challenge")


@blueprint.get("")
@requires_row(Permission.DISAGREEMENT_RAISE, queries.open_to_challenge)
def form(actor: Actor, referral: Referral) -> Response:
    """Show the form, with the decision chosen whose page led here."""
    note_view(actor, referral, "challenge")
    kept = held.give_back(actor, request.path)
    about = {"kind": request.args.get("about", ""), "speaker": shown.speaker(actor)}
    return _show(actor, referral, ChallengeForm(kept) if kept else ChallengeForm(data=about))


@blueprint.post("")
@requires_row(Permission.DISAGREEMENT_RAISE, queries.open_to_challenge)
def challenge(actor: Actor, referral: Referral) -> Response:
    """Challenge the decision: the other side is told at once, and its time to answer runs."""
    partners = queries.partners_of(actor, referral) if actor.is_operator else []
    typed = ChallengeForm(request.form).offer(decided.choices(actor, referral), partners)
    if not typed.validate():
        return _show(actor, referral, typed, status=422)
    made: list[str] = []

    def raise_it() -> None:
        row, entry = service.challenge(actor, referral, typed.challenge(partners))
        files.keep(actor, row, entry, request.files.getlist("files"))
        made.append(row.reference)

    try:
        again = attempt(raise_it, DisagreementRefusedError)
    except FilesRefusedError as refused:
        again = {"problems": refused.told, "status": 422}
    if again:
        return _show(actor, referral, typed, **again)
    flash("Sent. The other side has been told, and its time to answer runs.", "success")
    return redirect(f"/disagreements/{made[0]}", 303)


def _show(actor: Actor, referral: Referral, typed: ChallengeForm, **more: Any) -> Response:
    partners = queries.partners_of(actor, referral) if actor.is_operator else []
    return render(
        "disagreements/challenge.html",
        form=typed.offer(decided.choices(actor, referral), partners),
        referral=referral,
        child=shown.child(referral),
        kinds=kinds,
        call_now=call_now.for_area(referral.area),
        **more,
    )
