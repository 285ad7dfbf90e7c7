"""What the pages that hand over referrals do with a form that was posted."""

from collections.abc import Callable

from flask import abort, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.staffing import forms, queries, service
from portal.staffing.forms import HandOverForm
from portal.staffing.rules import Part, parts_at
from portal.web.dates import count_of
from portal.web.typed import whole_number


def carry_out(actor: Actor, again: Callable[[HandOverForm], Response], to: str) -> Response:
    """Hand over what was posted and go on to the address `to`; or show the form `again` with what is missing."""
    part, before = _part(actor), request.form.get("before", "")
    holder = whole_number(before)
    if before and holder is None:
        abort(422)
    form = forms.posted(request.form, part, holder)
    if not form.validate():
        return again(form)
    chosen = queries.member(actor, part, str(form.to.data))
    if chosen is None:
        form.to.errors = [forms.WHO]
        return again(form)
    number = service.hand_over(actor, part, form.references.data or [], holder, chosen)
    flash(f"{chosen.name} has {count_of(number, 'referral')} more now. Both sides have been told.", "success")
    return redirect(to, 303)


def _part(actor: Actor) -> Part:
    typed = request.form.get("part", "")
    found = next((part for part in parts_at(is_operator=actor.is_operator) if part == typed), None)
    return found or abort(422)
