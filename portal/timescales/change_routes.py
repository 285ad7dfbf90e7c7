"""Pages on which KSAF's administrators change a timescale, and on which everyone reads what was changed."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.timescales import change_words, changing, closures, explained, figures, in_force, policy, units, work
from portal.timescales.change_forms import ChangeForm, FigureForm
from portal.timescales.figure_fields import RARE, figure_of
from portal.timescales.figures import FigureError, Figures
from portal.timescales.pauses import why_never
from portal.timescales.timescale import Timescale
from portal.web.attempts import attempt
from portal.web.rendering import render
from portal.web.typed import whole_number

blueprint = Blueprint("timescale_changes", __name__)


@blueprint.get("/timescales/changes")
@requires(Permission.TIMESCALES_READ)
def changes(actor: Actor) -> Response:
    """Show what was changed, newest first; who did it to KSAF alone."""
    before = whole_number(request.args.get("before"))
    found, rules = changing.history(actor, before), in_force.rules()
    shown = [(each, _titled(each.kind), change_words.differences(each, rules)) for each in found[: changing.PAGE]]
    older = f"/timescales/changes?before={shown[-1][0].number}" if len(found) > changing.PAGE else None
    newer = "/timescales/changes" if before is not None else None
    return render("timescales/changes.html", shown=shown, older=older, newer=newer)


@blueprint.get("/timescales/change")
@requires(Permission.TIMESCALES_CHANGE)
def change(actor: Actor) -> Response:
    """Show one timescale with the form of its figure; with a figure, what it would change and the form to set it."""
    del actor  # the decorator has asked
    if "kind" not in request.args:
        return redirect("/timescales#in-force", 303)
    timescale = _known(request.args["kind"])
    tried = FigureForm(request.args if "length" in request.args else None, data=_in_force(timescale))
    tried.offer(policy.load()[timescale.kind])
    if "length" not in request.args:
        return _page(timescale, tried, None)
    if not tried.validate() or not _is_possible(timescale, tried):
        return _page(timescale, tried, None, status=422)
    given = {**_in_force(timescale), "seen": in_force.number_of(timescale.kind)}
    return _page(timescale, tried, ChangeForm(formdata=None, data=given))


@blueprint.post("/timescales/change")
@requires(Permission.TIMESCALES_CHANGE)
def set_timescale(actor: Actor) -> Response:
    """Put figures in force."""
    timescale = _known(request.form.get("kind", ""))
    tried, form = FigureForm(request.form, data=_in_force(timescale)), ChangeForm(data=_in_force(timescale))
    tried.offer(policy.load()[timescale.kind])
    if not tried.validate() or not _is_possible(timescale, tried) or not form.validate():
        return _page(timescale, tried, form, status=422)
    wanted, why, seen = form.wanted(Figures.of(timescale)), form.reason.data or "", form.seen.data or 0
    again = attempt(lambda: changing.change(actor, timescale.kind, wanted, why, seen=seen), FigureError)
    if again:
        return _page(timescale, tried, form, **again)
    flash(f"Changed: {timescale.title}. What starts from now on goes by it.", "success")
    return redirect("/timescales/changes", 303)


def _known(kind: str) -> Timescale:
    return in_force.rules().timescales.get(kind) or abort(404)


def _titled(kind: str) -> str:
    if kind == in_force.HOURS:
        return "KSAF’s hours"
    known = policy.load().timescales.get(kind)
    return change_words.title(known) if known else "A timescale that is no longer kept"


def _in_force(timescale: Timescale) -> dict[str, Any]:
    return figure_of(Figures.of(timescale))


def _is_possible(timescale: Timescale, form: FigureForm) -> bool:
    """Say whether the figure may be set at all, whatever it comes from; put why not beside the figure."""
    try:
        changing.check_figure(timescale.kind, form.figures(Figures.of(timescale)))
    except FigureError as refused:
        form[refused.about].errors = [*form[refused.about].errors, str(refused)]
        return False
    return True


def _page(
    timescale: Timescale, tried: FigureForm, form: ChangeForm | None, *, status: int = 200, **again: Any
) -> Response:
    rules, calendar = in_force.rules(), closures.calendar()
    followed = rules[timescale.as_long_as].title if timescale.as_long_as else ""
    kept, shows = Figures.of(timescale), form is not None and not tried.errors
    wanted = tried.figures(kept)  # what was typed stays on the page in any case
    becomes = wanted.put_into(timescale)
    lead = figures.lead_of(becomes)
    return render(
        "timescales/change.html",
        status=status,
        timescale=timescale,
        title=change_words.title(timescale),
        within=explained.length_in_words(timescale),
        lead=change_words.lead_in_words(timescale),
        wait=change_words.wait_in_words(timescale),
        pauses=change_words.pauses_in_words(timescale),
        whose=work.in_words(timescale),
        length_unit=explained.unit_in_words(becomes),
        lead_unit=change_words.LEAD_UNITS.get(lead.unit, "") if lead else "",
        why_fixed=figures.why_fixed(timescale, followed),
        why_unit_fixed=units.why_fixed(timescale),
        why_never=why_never(timescale.kind),
        tried=tried,
        is_open=any(tried[name].errors for name in RARE) or replace(wanted, length=kept.length, lead=kept.lead) != kept,
        form=form,
        effects=change_words.if_it_starts(clock.now(), timescale, becomes, calendar) if shows else [],
        running=changing.running(timescale.kind) if shows else 0,
        told=again.get("told", ""),
        refused=again.get("refused", ""),
    )
