"""The calls KSAF owes: the list by time left, and one call with what came of dialling."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.enquiries import hours
from portal.enquiries.call_backs import queries, rules, service, shown
from portal.enquiries.call_backs.forms import EndForm, TakeForm, end_form
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.call_backs.rules import CallBackEnding, TryResult
from portal.timescales import closures
from portal.web.rendering import not_modified, panel, render, unchanged

blueprint = Blueprint("call_backs", __name__, url_prefix="/enquiries/call-backs")


@blueprint.get("", strict_slashes=False)
@requires(Permission.ENQUIRY_READ)
def show(actor: Actor) -> Response:
    """The calls to make, least time left first, and those to write down."""
    return render("enquiries/call_backs.html", hours=hours.in_words(), **shown.context(actor))


@blueprint.get("/rows")
@requires(Permission.ENQUIRY_READ, quiet=True)
def rows(actor: Actor) -> Response:
    """The list alone, for the page that is being looked at."""
    context = shown.context(actor)
    tag = unchanged(actor.user_id, context)
    return not_modified() if tag is None else panel("enquiries/_call_backs.html", tag, **context)


@blueprint.get("/<reference:reference>")
@requires_row(Permission.ENQUIRY_READ, queries.get_call_back)
def read(actor: Actor, call_back: CallBack) -> Response:
    """One call: whom to ask for, at which number, and what was tried."""
    service.note_view(actor, call_back)
    return _page(actor, call_back, end_form(call_back))


@blueprint.post("/<reference:reference>/take")
@requires_row(Permission.CALL_TAKE, queries.get_call_back)
def take(actor: Actor, call_back: CallBack) -> Response:
    """Put the call on the reader."""
    service.take(actor, call_back, TakeForm(request.form).seen.data)
    flash("This call is yours.", "success")
    return redirect(url_for("call_backs.read", reference=call_back.reference), 303)


@blueprint.post("/<reference:reference>/try")
@requires_row(Permission.CALL_TRY, queries.get_call_back)
def record_try(actor: Actor, call_back: CallBack) -> Response:
    """Record what came of dialling; having spoken leads on to writing the call down."""
    offered = rules.possible(may_leave_message=call_back.may_leave_message)
    result = next((each for each in offered if each == request.form.get("result")), None)
    if result is None:
        return _page(actor, call_back, end_form(call_back), refused="Select what came of the call", status=422)
    service.record_try(actor, call_back, result)
    if result is TryResult.SPOKE:
        return redirect(url_for("enquiries.new", call=call_back.reference), 303)
    flash("Recorded. The next try is owed as shown below.", "success")
    return redirect(url_for("call_backs.read", reference=call_back.reference), 303)


@blueprint.post("/<reference:reference>/end")
@requires_row(Permission.CALL_END, queries.get_call_back)
def end(actor: Actor, call_back: CallBack) -> Response:
    """End the call without having made it."""
    form = end_form(call_back, request.form)
    if not form.validate():
        return _page(actor, call_back, form, status=422)
    try:
        service.end(actor, call_back, CallBackEnding(form.ending.data), form.data.get("why", ""))
    except service.CallRefusedError as refused:
        form.ending.errors = [str(refused)]
        return _page(actor, call_back, form, status=422)
    flash("The call is ended.", "success")
    return redirect(url_for("call_backs.show"), 303)


def _page(actor: Actor, call_back: CallBack, form: EndForm, *, refused: str = "", status: int = 200) -> Response:
    words, tone = shown.standing(call_back.due_at, clock.now(), closures.calendar())
    return render(
        "enquiries/call_back.html",
        call_back=call_back,
        tries=queries.tries_of(actor, call_back),
        tried=rules.TRIED,
        preferred=rules.TIMES[call_back.preferred_time],
        possible=rules.possible(may_leave_message=call_back.may_leave_message),
        endings=rules.WITHOUT_A_CALL,
        owed={"label": "KSAF calls", "due_at": call_back.due_at, "words": words, "tone": tone},
        hours=hours.in_words(),
        form=form,
        refused=refused,
        status=status,
    )
