"""Recording for a family what it says about its consent, by whoever sent the referral and by KSAF."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.consent import wording
from portal.family import changes, queries
from portal.family.behalf import ChangeForm
from portal.referrals import progress, timeline
from portal.referrals.models import Referral
from portal.referrals.record import note_view
from portal.referrals.sharing import moved
from portal.referrals.sharing import service as sharing
from portal.web.rendering import render

blueprint = Blueprint("consent_change", __name__, url_prefix="/referrals/<reference:reference>/consent-change")


@blueprint.get("")
@requires_row(Permission.CONSENT_RECORD, queries.open_sent)
def form(actor: Actor, referral: Referral) -> Response:
    """Show where consent stands, and the form for what the family says now."""
    note_view(actor, referral, "consent change")
    return _show(actor, referral, ChangeForm())


@blueprint.post("")
@requires_row(Permission.CONSENT_RECORD, queries.open_sent)
def record(actor: Actor, referral: Referral) -> Response:
    """Enter it into the ledger, with everything that follows from it."""
    typed = ChangeForm(request.form)
    typed.offer(moved.told_of(actor, referral, sharing.consented(referral)))
    if not typed.validate():
        return _show(actor, referral, typed, status=422)
    said = typed.statements(changes.standing(actor, referral))
    changes.record(actor, referral, said, typed.giver())
    timeline.add(actor, referral, "consent", "What the family says about consent was recorded")
    flash("Recorded. What is not agreed to any more has ended.", "success")
    return redirect(f"/referrals/{referral.reference}?tab=consent", 303)


def _show(actor: Actor, referral: Referral, typed: ChangeForm, status: int = 200) -> Response:
    typed.offer(moved.told_of(actor, referral, sharing.consented(referral)))
    return render(
        "family/change.html",
        status=status,
        form=typed,
        referral=referral,
        child=progress.child_in_full(referral),
        standing=changes.standing(actor, referral),
        wording=wording.current(),
    )
