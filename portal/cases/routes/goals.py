"""Setting, changing and ending the family's goals."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import goals, queries
from portal.cases.family_consent import NoConsentError
from portal.cases.goal_forms import EndGoalForm, GoalForm, goal_form
from portal.cases.goals import OpenedGoal, TooManyGoalsError
from portal.cases.queries import Supported
from portal.referrals import page
from portal.referrals.record import note_view
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("cases_goals", __name__, url_prefix="/referrals/<reference:reference>/plan/goals")


@blueprint.get("")
@requires_row(Permission.GOAL_ADD, queries.open_own_support)
def add_form(actor: Actor, found: Supported) -> Response:
    """Show the form for a new goal."""
    note_view(actor, found.referral, "goal")
    return _show(actor, found, GoalForm())


@blueprint.post("")
@requires_row(Permission.GOAL_ADD, queries.open_own_support)
def add(actor: Actor, found: Supported) -> Response:
    """Set a goal."""
    typed = GoalForm(request.form)
    if not typed.validate():
        return _show(actor, found, typed, status=422)
    words, baseline = typed.words.data or "", typed.baseline.data or 0
    if again := attempt(lambda: goals.add(actor, found, words, baseline), TooManyGoalsError, NoConsentError):
        return _show(actor, found, typed, **again)
    return _back(found, "Goal added.")


@blueprint.get("/<key:key>")
@requires_row(Permission.GOAL_CHANGE, goals.open_goal)
def change_form(actor: Actor, found: OpenedGoal) -> Response:
    """Show one goal to change or end."""
    note_view(actor, found.supported.referral, "goal")
    return _show(actor, found.supported, goal_form(found.row), goal=found)


@blueprint.post("/<key:key>")
@requires_row(Permission.GOAL_CHANGE, goals.open_goal)
def change(actor: Actor, found: OpenedGoal) -> Response:
    """Change a goal."""
    typed = GoalForm(request.form)
    if not typed.validate():
        return _show(actor, found.supported, typed, goal=found, status=422)
    words, baseline = typed.words.data or "", typed.baseline.data or 0
    if again := attempt(lambda: goals.change(actor, found, words, baseline), NoConsentError):
        return _show(actor, found.supported, typed, goal=found, **again)
    return _back(found.supported, "Goal changed.")


@blueprint.post("/<key:key>/end")
@requires_row(Permission.GOAL_END, goals.open_goal)
def end(actor: Actor, found: OpenedGoal) -> Response:
    """End a goal."""
    ending = EndGoalForm(request.form)
    if not ending.validate():
        return _show(actor, found.supported, goal_form(found.row), goal=found, ending=ending, status=422)
    if again := attempt(lambda: goals.end(actor, found, ending.why.data or "")):
        return _show(actor, found.supported, goal_form(found.row), goal=found, ending=ending, **again)
    return _back(found.supported, "Goal ended. It stays in the record.")


def _back(found: Supported, told: str) -> Response:
    flash(told, "success")
    return redirect(f"/referrals/{found.referral.reference}/plan", 303)


def _show(
    actor: Actor,
    found: Supported,
    form: GoalForm,
    *,
    goal: OpenedGoal | None = None,
    ending: EndGoalForm | None = None,
    told: str = "",
    refused: str = "",
    status: int = 200,
) -> Response:
    return render(
        "cases/goal.html",
        status=status,
        form=form,
        goal=goal.row if goal else None,
        ending=ending or EndGoalForm(),
        told=told,
        refused=refused,
        **page.heading(actor, found.opened, "support"),
    )
