"""Signposting a family: choosing how, the two short forms, and the list of what was signposted."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.enquiries import rules
from portal.enquiries.call_backs.service import KIND
from portal.enquiries.signposts import queries, service
from portal.enquiries.signposts.forms import CallForm, RecordForm
from portal.enquiries.signposts.rules import KINDS, NEEDS, STATES
from portal.organisations import contacts
from portal.organisations.queries import agreement_in_force
from portal.timescales import explained, in_force
from portal.web.dates import long_datetime
from portal.web.rendering import render
from portal.web.typed import whole_number

blueprint = Blueprint("signposts", __name__, url_prefix="/signposts")


@blueprint.get("", strict_slashes=False)
@requires(Permission.SIGNPOST_READ)
def show(actor: Actor) -> Response:
    """What was signposted, newest first, and how each stands."""
    before = whole_number(request.args.get("before")) or None
    found = queries.signposts(actor, before)
    return render(
        "enquiries/signposts.html",
        signposts=found.rows,
        now=clock.now(),
        kinds=KINDS,
        needs=NEEDS,
        areas=rules.AREAS,
        states=STATES,
        older=url_for("signposts.show", before=found.following) if found.following else None,
        newest=url_for("signposts.show") if before else None,
    )


@blueprint.get("/new")
@requires(Permission.SIGNPOST_RECORD)
def new(actor: Actor) -> Response:
    """The choice between a call from KSAF and a record without personal data."""
    return render("enquiries/signpost.html", line=contacts.ksaf(), within=_within())


@blueprint.get("/record")
@requires(Permission.SIGNPOST_RECORD)
def new_record(actor: Actor) -> Response:
    """The form that has no room for personal data."""
    return render("enquiries/signpost_record.html", form=RecordForm())


@blueprint.post("/record")
@requires(Permission.SIGNPOST_RECORD)
def record(actor: Actor) -> Response:
    """Keep the record; where anybody is in danger, show what to do and keep nothing."""
    form = RecordForm(request.form)
    if form.risk.data == "yes":
        return _stop(form.area.data)
    if not form.validate():
        return render("enquiries/signpost_record.html", form=form, status=422)
    made = service.record(actor, form.about())
    flash(f"Recorded as {made.reference}, without any personal data.", "success")
    return redirect(url_for("signposts.show"), 303)


@blueprint.get("/call")
@requires(Permission.SIGNPOST_CALL)
def new_call(actor: Actor) -> Response:
    """The form for a family that agreed to a call."""
    return _ask(actor, CallForm())


@blueprint.post("/call")
@requires(Permission.SIGNPOST_CALL)
def ask_for_call(actor: Actor) -> Response:
    """Ask KSAF to call; where anybody is in danger, show what to do and keep nothing."""
    form = CallForm(request.form)
    if form.risk.data == "yes":
        return _stop(form.area.data)
    if not form.validate() or agreement_in_force(actor) is None:
        return _ask(actor, form, status=422)
    made = service.ask_for_call(actor, form.about(), form.family())
    by = f" by {long_datetime(made.call_by)}" if made.call_by else ""
    flash(f"KSAF calls the family{by}. Your reference is {made.reference}.", "success")
    return redirect(url_for("signposts.show"), 303)


def _ask(actor: Actor, form: CallForm, *, status: int = 200) -> Response:
    return render(
        "enquiries/signpost_call.html",
        status=status,
        form=form,
        has_agreed=agreement_in_force(actor) is not None,
        line=contacts.ksaf(),
        within=_within(),
    )


def _within() -> str:
    """Return how soon an adviser calls a family, by the figure in force."""
    return explained.in_unit(in_force.rules()[KIND])


def _stop(area: str | None) -> Response:
    stop = contacts.stop_page(area if area in rules.AREAS else "not_known")
    return render("enquiries/signpost_stop.html", stop=stop)
