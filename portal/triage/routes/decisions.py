"""A manager's queue: every decision that waits for authorisation."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.triage import authorising
from portal.web.rendering import not_modified, panel, render, unchanged

blueprint = Blueprint("triage_decisions", __name__, url_prefix="/decisions")


@blueprint.get("")
@requires(Permission.REFERRAL_AUTHORISE)
def page(actor: Actor) -> Response:
    """Show what waits for a manager."""
    found = authorising.waiting(actor)
    return render("triage/decisions.html", found=found, tag=unchanged(actor.user_id, found) or "")


@blueprint.get("/rows")
@requires(Permission.REFERRAL_AUTHORISE, quiet=True)
def rows(actor: Actor) -> Response:
    """Refresh what waits for a manager."""
    found = authorising.waiting(actor)
    tag = unchanged(actor.user_id, found)
    return not_modified() if tag is None else panel("triage/_decisions.html", tag, found=found)
