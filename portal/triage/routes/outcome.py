"""The written outcome: for the referrer once it is authorised, for KSAF as a preview before."""

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals.record import note_view
from portal.triage import letter, queries
from portal.triage.models import DecisionState
from portal.triage.queries import File
from portal.web.rendering import render

blueprint = Blueprint("triage_outcome", __name__)


@blueprint.get("/referrals/<reference:reference>/outcome")
@requires_row(Permission.REFERRAL_READ, queries.open_file)
def outcome(actor: Actor, file: File) -> Response:
    """Show the letter; to a partner there is none until a manager has authorised it."""
    readable = {DecisionState.AUTHORISED, DecisionState.PROPOSED} if actor.is_operator else {DecisionState.AUTHORISED}
    if file.decision is None or file.decision.state not in readable:
        abort(404)
    note_view(actor, file.referral, "outcome")
    return render("triage/outcome.html", letter=letter.of_decision(file))
