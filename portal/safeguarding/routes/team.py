"""One list for whoever raises concerns, the queue for those who look at them, and a concern's own page."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.safeguarding import queries, queue, service, shown, trail
from portal.safeguarding.queries import OpenedConcern
from portal.safeguarding.queue import Group
from portal.web.rendering import render
from portal.web.typed import whole_number

blueprint = Blueprint("concerns", __name__, url_prefix="/concerns")


@blueprint.get("")
@requires(Permission.CONCERN_FOLLOW)
def index(actor: Actor) -> Response:
    """Show what `actor` raised, and above it the queue to those who look at concerns."""
    group = Group.DECIDED if request.args.get("show") == Group.DECIDED else Group.OPEN
    return render(
        "safeguarding/concerns.html",
        reads=queries.may_read(actor),
        group=group,
        listed=queue.page(actor, group, whole_number(request.args.get("before"))),
        receipts=queries.own_receipts(actor),
    )


@blueprint.get("/<reference:reference>")
@requires_row(Permission.CONCERN_READ, queries.open_concern)
def show(actor: Actor, opened: OpenedConcern) -> Response:
    """Show what was raised and how it stands."""
    trail.note_view(actor, opened.concern, "concern")
    return render("safeguarding/concern.html", **shown.context(actor, opened))


@blueprint.post("/<reference:reference>/look")
@requires_row(Permission.CONCERN_LOOK, queries.open_concern)
def look(actor: Actor, opened: OpenedConcern) -> Response:
    """Record that the team has looked at it; whoever comes second is told who was first."""
    concern = opened.concern
    if service.look_at(actor, concern):
        flash("Recorded: looked at. Whoever raised it sees that, and nothing else.", "success")
    else:
        flash(f"{concern.looked_at_by_name} had looked at it already.", "info")
    return redirect(f"/concerns/{concern.reference}", 303)
