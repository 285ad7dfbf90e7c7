"""Deciding about a concern, and its chronology to print."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.safeguarding import chronology, facts, queries, rules, service, shown, trail
from portal.safeguarding.decision_forms import DecisionForm
from portal.safeguarding.queries import OpenedConcern
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render
from portal.web.typed import shown_with

blueprint = Blueprint("concern_deciding", __name__, url_prefix="/concerns/<reference:reference>")


@blueprint.get("/decide")
@requires_row(Permission.CONCERN_READ, queries.open_concern)
def form(actor: Actor, opened: OpenedConcern) -> Response:
    """Show the form of a decision, with what a session that ended left unsent."""
    trail.note_view(actor, opened.concern, "decide")
    return _show(actor, opened, DecisionForm(held.give_back(actor, request.path)))


@blueprint.post("/decide")
@requires_row(Permission.CONCERN_DECIDE, queries.open_concern)
def decide(actor: Actor, opened: OpenedConcern) -> Response:
    """Record a decision; whoever comes second reads the first, with what they typed in hand."""
    given = DecisionForm(request.form)
    given.offer(actor)
    if not given.validate():
        return _show(actor, opened, given, status=422)
    try:
        made = service.decide(actor, opened.concern, given.decided(), _seen())
    except SomeoneWasFirstError as first:
        return _show(actor, opened, given, told=first.told, status=409)
    statutory = " Record below what you told the authorities." if rules.leads_to_statutory(made.outcome) else ""
    flash(f"Decided: {rules.OUTCOMES[made.outcome]}.{statutory}", "success")
    return redirect(f"/concerns/{opened.concern.reference}", 303)


@blueprint.get("/chronology")
@requires_row(Permission.CONCERN_READ, queries.open_concern)
def print_chronology(actor: Actor, opened: OpenedConcern) -> Response:
    """Show everything about the child's safety in the order in which it happened, to print."""
    trail.note_view(actor, opened.concern, "chronology")
    entries = chronology.of(actor, opened)
    return render("safeguarding/chronology.html", entries=entries, **shown.about(opened))


def _seen() -> int:
    """Return how many decisions the form was shown with."""
    return shown_with(request.form.get("seen"))


def _show(actor: Actor, opened: OpenedConcern, given: DecisionForm, *, told: str = "", status: int = 200) -> Response:
    given.offer(actor)
    earlier = queries.decisions_of(actor, opened.concern)
    return render(
        "safeguarding/decide.html",
        status=status,
        form=given,
        told=told,
        rows=facts.rows(opened.concern),
        decisions=[(each, facts.decision_rows(each)) for each in reversed(earlier)],
        seen=len(earlier),
        **shown.about(opened),
    )
