"""Pages of the timescales in force and of KSAF's closure days."""

import datetime as dt
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, request
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.timescales import (
    away_routes,
    change_routes,
    change_words,
    closures,
    explained,
    holidays_known,
    hours_routes,
    in_force,
    prompt_routes,
    subjects,
    work,
)
from portal.timescales.forms import ClosureDayForm, WhatIfForm
from portal.web.dates import LONDON, in_london, long_date, today
from portal.web.rendering import render

blueprint = Blueprint("timescales", __name__)


def install(app: Flask) -> None:
    """Add the pages to `app`."""
    app.register_blueprint(blueprint)
    app.register_blueprint(prompt_routes.blueprint)
    app.register_blueprint(away_routes.blueprint)
    app.register_blueprint(change_routes.blueprint)
    app.register_blueprint(hours_routes.blueprint)


@blueprint.get("/timescales")
@requires(Permission.TIMESCALES_READ)
def timescales(actor: Actor) -> Response:
    """Show every timescale in force, the closure days, and when something received at a given time would be due."""
    asked = WhatIfForm(request.args) if "received_day" in request.args else _asked_now()
    wrong = bool(request.args) and not asked.validate()
    return _timescales_page(actor, asked, ClosureDayForm(formdata=None), status=422 if wrong else 200)


@blueprint.post("/timescales/closure-days")
@requires(Permission.CALENDAR_EDIT)
def add_closure_day(actor: Actor) -> Response:
    """Close KSAF on a day."""
    form = ClosureDayForm()
    if not form.validate() or form.day.data is None:
        return _timescales_page(actor, _asked_now(), form, status=422)
    added = closures.add(actor, form.day.data, form.reason.data or "")
    day = long_date(form.day.data)
    flash(f"KSAF is closed on {day}." if added else f"KSAF was closed on {day} already.", "success")
    return redirect("/timescales#closure-days", 303)


@blueprint.post("/timescales/closure-days/remove")
@requires(Permission.CALENDAR_REOPEN)
def remove_closure_day(actor: Actor) -> Response:
    """Open KSAF on a day again."""
    try:
        day = dt.date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        abort(404)
    if not closures.remove(actor, day):
        abort(404)
    flash(f"KSAF is open on {long_date(day)}.", "success")
    return redirect("/timescales#closure-days", 303)


def _timescales_page(actor: Actor, asked: WhatIfForm, form: ClosureDayForm, *, status: int = 200) -> Response:
    (opens, closes), rules = closures.hours_in_words(), in_force.rules()
    return render(
        "timescales/timescales.html",
        status=status,
        opens=opens,
        closes=closes,
        holidays_to=holidays_known.ANNOUNCED_TO,
        holidays_end_soon=holidays_known.end_soon(today()),
        may_set_hours=actor.may(Permission.HOURS_CHANGE),
        rules=rules,
        subjects=subjects.divided(rules),
        longest_ago=subjects.checked_longest_ago(rules),
        length_in_words=explained.length_in_words,
        words=change_words,
        whose=work.in_words,
        closure_days=closures.listed(since=today()),
        may_edit=actor.may(Permission.CALENDAR_EDIT),
        may_change=actor.may(Permission.TIMESCALES_CHANGE),
        form=form,
        asked=asked,
        due=_due(asked),
    )


def _asked_now() -> WhatIfForm:
    local = in_london(clock.now())
    return WhatIfForm(data={"received_day": local.date(), "received_time": local.time()})


def _due(asked: WhatIfForm) -> dict[str, Any] | None:
    day, time = asked.received_day.data, asked.received_time.data
    if asked.errors or day is None or time is None:
        return None
    received = dt.datetime.combine(day, time, LONDON).astimezone(dt.UTC)
    return {"received": received, "lines": explained.due_if_received(received, in_force.rules(), closures.calendar())}
