"""Who has one referral, on the reader's side, and naming somebody else."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral
from portal.referrals.record import note_view
from portal.staffing import forms, queries
from portal.staffing.routes import handing
from portal.web.rendering import render

blueprint = Blueprint("staffing_referral", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/who-has-it")
@requires_row(Permission.HOLDER_READ, get_own_referral)
def show(actor: Actor, referral: Referral) -> Response:
    """Each part that somebody has, or has to take, with who could."""
    note_view(actor, referral, "who-has-it")
    return _page(actor, referral)


@blueprint.post("/who-has-it")
@requires_row(Permission.HOLDER_NAME, get_own_referral)
def name(actor: Actor, referral: Referral) -> Response:
    """Give one part to a colleague."""
    return handing.carry_out(
        actor, lambda wrong: _page(actor, referral, 422, wrong), f"/referrals/{referral.reference}"
    )


def _page(actor: Actor, referral: Referral, status: int = 200, wrong: forms.HandOverForm | None = None) -> Response:
    return render(
        "staffing/referral.html",
        referral=referral,
        child=progress.child_in_full(referral),
        shown=forms.shown(queries.on_referral(actor, referral), wrong),
        wrong=wrong,
        status=status,
    )
