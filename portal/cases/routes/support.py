"""The Support tab of a referral: who works with the family, week by week."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import queries
from portal.cases.queries import Supported
from portal.referrals import page
from portal.referrals.record import note_view
from portal.web.rendering import render

blueprint = Blueprint("cases_support", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/support")
@requires_row(Permission.REFERRAL_READ, queries.open_support)
def show(actor: Actor, found: Supported) -> Response:
    """Show the weeks of support."""
    note_view(actor, found.referral, "support")
    return render("cases/support.html", **page.heading(actor, found.opened, "support"))
