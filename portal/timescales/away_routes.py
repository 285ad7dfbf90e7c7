"""/away: who is away, who stands in, and how to say so."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.timescales import away, recipients
from portal.timescales.away_forms import AwayForm
from portal.timescales.models import Absence
from portal.web.dates import long_date
from portal.web.rendering import render

blueprint = Blueprint("away", __name__, url_prefix="/away")


@blueprint.get("")
@requires(Permission.ABSENCE_READ)
def show(actor: Actor) -> Response:
    """Show who is away now and next, and ask for more."""
    return _page(actor, _form(actor, blank=True))


@blueprint.post("")
@requires(Permission.ABSENCE_SET)
def set_away(actor: Actor) -> Response:
    """Note who is away, from when to when, and who stands in."""
    form = _form(actor, blank=False)
    if not form.validate():
        return _page(actor, form, status=422)
    person, deputy, first_day, last_day = form.told()
    away.set_away(actor, person, deputy, first_day, last_day)
    flash(f"{deputy.name} stands in for {person.name} until {long_date(last_day)}.", "success")
    return redirect("/away", 303)


@blueprint.post("/<key:key>/end")
@requires_row(Permission.ABSENCE_END, away.get)
def end(actor: Actor, absence: Absence) -> Response:
    """Have somebody be back, or not go."""
    if away.end(actor, absence):
        flash("It has ended: nobody stands in any more.", "success")
    return redirect("/away", 303)


def _form(actor: Actor, *, blank: bool) -> AwayForm:
    members = recipients.staff_of(actor.organisation_id).members
    whom = [each for each in members if actor.role in recipients.MANAGING or each.user_id == actor.user_id]
    return AwayForm(whom, members, actor.user_id, **({"formdata": None} if blank else {}))


def _page(actor: Actor, form: AwayForm, *, status: int = 200) -> Response:
    return render(
        "timescales/away.html",
        status=status,
        absences=away.listed(actor),
        may_end=lambda row: actor.role in recipients.MANAGING or row.user_id == actor.user_id,
        form=form,
    )
