"""The register's pages: the list, a new request, one request."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.accountability.requests import queries, service, shown, trail
from portal.accountability.requests.forms import RequestForm
from portal.accountability.requests.queries import MOST, Opened
from portal.accounts import held
from portal.web.dates import today
from portal.web.rendering import render
from portal.web.typed import whole_number

blueprint = Blueprint("data_requests", __name__, url_prefix="/data-requests")


@blueprint.get("")
@requires(Permission.DATA_REQUEST_READ)
def index(actor: Actor) -> Response:
    """Show the register: what is to be answered, by when; or what was."""
    answered = request.args.get("show") == "answered"
    found = queries.requests(actor, answered=answered, before=whole_number(request.args.get("before")))
    return render(
        "data_requests/register.html",
        answered=answered,
        lines=shown.lines(found),
        older=found[MOST - 1].request.id if answered and len(found) > MOST else None,
    )


@blueprint.get("/new")
@requires(Permission.DATA_REQUEST_RECORD)
def new(actor: Actor) -> Response:
    """Show the form for what came in, with what a session that ended left unsent."""
    kept = held.give_back(actor, request.path)
    form = RequestForm(kept) if kept else RequestForm(data={"received_on": today()})
    return render("data_requests/new.html", form=form)


@blueprint.post("/new")
@requires(Permission.DATA_REQUEST_RECORD)
def record(actor: Actor) -> Response:
    """Enter what came in; its time runs from the day it was received."""
    form = RequestForm(request.form)
    is_valid, about = form.validate(), form.find(actor)
    if not is_valid or about is None:
        return render("data_requests/new.html", form=form, status=422)
    made = service.record(actor, form.told(about))
    flash("Recorded. Its time runs from the day it was received.", "success")
    return redirect(f"/data-requests/{made.reference}", 303)


@blueprint.get("/<reference:reference>")
@requires_row(Permission.DATA_REQUEST_READ, queries.open_request)
def show(actor: Actor, opened: Opened) -> Response:
    """Show one request: what is asked, by when it is to be answered, what happened."""
    trail.note_view(actor, opened.request, "request")
    return render("data_requests/request.html", **shown.context(actor, opened))
