"""The page on which KSAF's administrators say when KSAF is open."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.timescales import changing, in_force
from portal.timescales.change_forms import HoursForm
from portal.timescales.figures import FigureError
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("hours", __name__)


@blueprint.get("/timescales/hours")
@requires(Permission.HOURS_CHANGE)
def hours(actor: Actor) -> Response:
    """Show the form, filled with the hours in force."""
    del actor  # the decorator has asked
    opens, closes = in_force.rules().hours
    seen = in_force.number_of(in_force.HOURS)
    return _page(HoursForm(formdata=None, data={"opens": opens, "closes": closes, "seen": seen}))


@blueprint.post("/timescales/hours")
@requires(Permission.HOURS_CHANGE)
def set_hours(actor: Actor) -> Response:
    """Put other hours in force."""
    form = HoursForm()
    if not form.validate() or form.opens.data is None or form.closes.data is None:
        return _page(form, status=422)
    wanted, why, seen = (form.opens.data, form.closes.data), form.reason.data or "", form.seen.data or 0
    again = attempt(lambda: changing.change_hours(actor, wanted, why, seen=seen), FigureError)
    if again:
        return _page(form, **again)
    flash("KSAF’s hours are changed. What starts from now on goes by them.", "success")
    return redirect("/timescales/changes", 303)


def _page(form: HoursForm, *, status: int = 200, told: str = "", refused: str = "") -> Response:
    return render(
        "timescales/hours.html", status=status, form=form, running=changing.running(None), told=told, refused=refused
    )
