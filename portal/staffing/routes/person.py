"""One person of one's own organisation: what they have, handing it to a colleague, their role, and removing them."""

from typing import Any

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.access.roles import ROLE_LABELS, Role
from portal.accounts import people
from portal.accounts.people import Colleague
from portal.accounts.people_forms import ROLE_HINTS, RoleForm
from portal.accounts.service import PeopleRuleError
from portal.staffing import forms, queries, service
from portal.staffing.routes import handing
from portal.web.dates import count_of
from portal.web.rendering import render

blueprint = Blueprint("staffing_person", __name__, url_prefix="/people/<key:key>")


@blueprint.get("")
@requires_row(Permission.WORK_READ, queries.get_person)
def show(actor: Actor, colleague: Colleague) -> Response:
    """One person, here or gone: their role, what they have, and what nobody has."""
    return _page(actor, colleague, RoleForm(role=colleague.membership.role.value))


@blueprint.post("/hand-over")
@requires_row(Permission.WORK_HAND_OVER, queries.get_person)
def hand_over(actor: Actor, colleague: Colleague) -> Response:
    """Give some of what they have, or what nobody has, to a colleague."""
    role = RoleForm(formdata=None, role=colleague.membership.role.value)
    return handing.carry_out(
        actor,
        lambda wrong: _page(actor, colleague, role, 422, wrong=wrong),
        f"/people/{colleague.key}",
    )


@blueprint.post("/role")
@requires_row(Permission.PEOPLE_ROLE, people.get_membership)
def change_role(actor: Actor, colleague: Colleague) -> Response:
    """Give a person another role."""
    form = RoleForm()
    form.offer(actor.organisation_kind)
    if form.validate_on_submit():
        try:
            left = service.change_role(actor, colleague.membership, Role(form.role.data))
        except PeopleRuleError as refusal:
            form.role.errors = [str(refusal)]
        else:
            label = ROLE_LABELS[colleague.membership.role].lower()
            flash(f"{colleague.user.name} is now: {label}.{_left(left)}", "success")
            return redirect(f"/people/{colleague.key}" if left else "/people", 303)
    return _page(actor, colleague, form, 422)


@blueprint.post("/remove")
@requires_row(Permission.PEOPLE_REMOVE, people.get_membership)
def remove(actor: Actor, colleague: Colleague) -> Response:
    """Remove a person from the organisation, at once; what they leave is shown."""
    try:
        left = service.leave(actor, colleague.membership)
    except PeopleRuleError as refusal:
        form = RoleForm(formdata=None, role=colleague.membership.role.value)
        return _page(actor, colleague, form, 422, refusal=str(refusal))
    gone = f"{colleague.user.name} can no longer use the portal for {actor.organisation_name}."
    flash(f"{gone}{_left(left)}", "success")
    return redirect(f"/people/{colleague.key}" if left else "/people", 303)


def _left(number: int) -> str:
    return (
        f" {count_of(number, 'referral')} now has nobody: choose who takes over."
        if number == 1
        else (f" {number} referrals now have nobody: choose who takes over." if number else "")
    )


def _page(
    actor: Actor,
    colleague: Colleague,
    form: RoleForm,
    status: int = 200,
    wrong: forms.HandOverForm | None = None,
    **more: Any,
) -> Response:
    form.offer(actor.organisation_kind)
    groups = queries.work_of(actor, colleague.membership.user_id)
    return render(
        "staffing/person.html",
        colleague=colleague,
        form=form,
        hints=ROLE_HINTS,
        role=ROLE_LABELS[colleague.membership.role],
        shown=forms.shown(groups, wrong),
        wrong=wrong,
        most=queries.MOST,
        status=status,
        **more,
    )
