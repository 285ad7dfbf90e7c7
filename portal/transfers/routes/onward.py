"""The Onward tab of a referral: who was offered the family, and a manager's word that it may close without."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.consent import queries as consent
from portal.referrals import page, progress
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral
from portal.referrals.record import Opened, note_view
from portal.referrals.rules import State
from portal.transfers import queries, service
from portal.transfers.forms import OverrideForm
from portal.transfers.rules import NO_CONSENT, SHARING_PURPOSE, STATE_LABELS
from portal.transfers.statutory import queries as statutory
from portal.transfers.statutory import rules, shown
from portal.web.rendering import render

blueprint = Blueprint("transfers_onward", __name__, url_prefix="/referrals/<reference:reference>/onward")


@blueprint.get("")
@requires_row(Permission.REFERRAL_READ, queries.open_onward)
def show(actor: Actor, opened: Opened) -> Response:
    """Show to whom the family was offered, and what became of it."""
    note_view(actor, opened.referral, "onward")
    parts = _standing(actor, opened.referral) | _statutory(actor, opened.referral)
    return render("transfers/onward.html", **parts, **page.heading(actor, opened, "onward"))


@blueprint.get("/override")
@requires_row(Permission.TRANSFER_OVERRIDE, get_own_referral)
def override_form(actor: Actor, referral: Referral) -> Response:
    """Show the form for closing without an acceptance."""
    note_view(actor, referral, "override")
    return _show_override(referral, OverrideForm())


@blueprint.post("/override")
@requires_row(Permission.TRANSFER_OVERRIDE, get_own_referral)
def override(actor: Actor, referral: Referral) -> Response:
    """Record a manager's word that the referral may close without a confirmed acceptance."""
    given = OverrideForm(request.form)
    if not given.validate():
        return _show_override(referral, given, status=422)
    service.override(actor, referral, given.why.data or "")
    flash("Recorded. The referral may now be closed without a confirmed acceptance.", "success")
    return redirect(f"/referrals/{referral.reference}/onward", 303)


def _show_override(referral: Referral, form: OverrideForm, **more: Any) -> Response:
    child = progress.child_in_full(referral)
    return render("transfers/override.html", form=form, referral=referral, child=child, **more)


def _statutory(actor: Actor, referral: Referral) -> dict[str, Any]:
    made = statutory.owed_on(actor, referral)
    return {
        "statutory": [(each, *rules.standing(each), shown.owed(running)) for each, running in made],
        "ways": rules.WAYS,
        "may_log": actor.may(Permission.STATUTORY_LOG),
    }


def _standing(actor: Actor, referral: Referral) -> dict[str, Any]:
    is_handing_over = referral.state is State.HANDING_OVER
    may_offer = is_handing_over and actor.may(Permission.TRANSFER_OFFER)
    agreed = consent.in_force(actor, referral.id or 0, SHARING_PURPOSE) if may_offer else None
    return {
        "offers": queries.offers_of(actor, referral),
        "labels": STATE_LABELS,
        "may_offer": may_offer and agreed,
        "closed_because": NO_CONSENT if may_offer and not agreed else "",
        "goes_on": is_handing_over
        or bool(referral.open_transfers or referral.accepted_transfers or referral.acceptance_overridden_at),
        "may_open": actor.may(Permission.TRANSFER_OFFER),
        "may_override": is_handing_over
        and actor.may(Permission.TRANSFER_OVERRIDE)
        and not referral.acceptance_overridden_at,
    }
