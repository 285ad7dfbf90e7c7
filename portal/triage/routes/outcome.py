"""The written outcome: for the referrer once it is authorised, for KSAF as a preview before."""

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals.record import note_view, open_referral
from portal.triage import letter, queries
from portal.triage.models import DecisionState
from portal.triage.queries import File
from portal.web.rendering import render

blueprint = Blueprint("triage_outcome", __name__)


def load(actor: Actor, reference: str) -> File | None:
    """Return the file if `actor`'s organisation sees the whole referral: its status alone opens no letter."""
    opened = open_referral(actor, reference)
    return queries.open_file(actor, reference) if opened and opened.shows_whole else None


@blueprint.get("/referrals/<reference:reference>/outcome")
@requires_row(Permission.REFERRAL_READ, load)
def outcome(actor: Actor, file: File) -> Response:
    """Show the letter; to a partner there is none until a manager has authorised it."""
    readable = {DecisionState.AUTHORISED, DecisionState.PROPOSED} if actor.is_operator else {DecisionState.AUTHORISED}
    if file.decision is None or file.decision.state not in readable:
        abort(404)
    note_view(actor, file.referral, "outcome")
    return render("triage/outcome.html", letter=letter.of_decision(file))
