"""The hand-over to CPOMS: one list, as text one by one or together, and marked once it is there."""

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.safeguarding import cpoms, cpoms_items
from portal.web.dates import count_of, today
from portal.web.rendering import render

blueprint = Blueprint("concern_cpoms", __name__, url_prefix="/concerns/cpoms")


@blueprint.get("")
@requires(Permission.CONCERN_READ)
def show(actor: Actor) -> Response:
    """Show what is not in CPOMS yet, each as text to copy, and what was recorded last."""
    items = cpoms.to_record(actor)
    if items:
        cpoms.note_copy(actor, items)
    return render("safeguarding/cpoms.html", items=items, recorded=cpoms.recorded(actor))


@blueprint.get("/text")
@requires(Permission.CONCERN_READ)
def text(actor: Actor) -> Response:
    """Give what is not in CPOMS yet as a text file; or the one thing that `item` names, which may be there already."""
    wanted = request.args.get("item")
    items = cpoms.to_record(actor) if wanted is None else [each for each in [cpoms.find(actor, wanted)] if each]
    if not items:
        abort(404)
    cpoms.note_copy(actor, items)
    # The file's name says nothing of a child: it stays in the list of a browser's downloads.
    name = f"attachment; filename=cpoms-{today().isoformat()}.txt"
    return Response(
        cpoms_items.together(items), content_type="text/plain; charset=utf-8", headers={"Content-Disposition": name}
    )


@blueprint.post("")
@requires(Permission.CPOMS_RECORD)
def record(actor: Actor) -> Response:
    """Mark what was chosen as recorded in CPOMS."""
    done = cpoms.record(actor, request.form.getlist("item"))
    if done:
        flash(f"{count_of(len(done), 'record')} marked as recorded in CPOMS by you, now.", "success")
    elif request.form.getlist("item"):
        flash("A colleague had marked that already.", "info")
    else:
        flash("Tick what you have recorded in CPOMS, then mark it.", "info")
    return redirect("/concerns/cpoms", 303)
