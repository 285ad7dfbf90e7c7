"""A week's update: written, saved as it is typed, previewed as the partner will read it, posted and marked read."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.cases import (
    caseload,
    draft_concern,
    need_to_know,
    opened_week,
    update_drafts,
    update_form,
    updates,
    week_states,
    weeks,
)
from portal.cases.draft_concern import ConcernHeldError
from portal.cases.need_to_know import Reader
from portal.cases.opened_week import OpenedWeek
from portal.cases.update_drafts import OvertakenError
from portal.cases.update_form import UpdateForm
from portal.cases.updates import NotYetError
from portal.referrals import progress
from portal.referrals.record import note_view
from portal.safeguarding import call_now
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render
from portal.web.typed import shown_with

blueprint = Blueprint("cases_updates", __name__, url_prefix="/referrals/<reference:reference>/weeks/<week:number>")
THIS_WEEK = "this-week"
"""Where the form was opened from, so that posting leads on to the next."""


@blueprint.get("")
@requires_row(Permission.UPDATE_WRITE, opened_week.open_week)
def write(actor: Actor, opened: OpenedWeek) -> Response:
    """Show the form, with the draft or with what a session that ended left unsaved."""
    if not opened.is_writable:
        return _elsewhere(opened)
    note_view(actor, opened.supported.referral, f"update of week {opened.row.number}")
    kept = held.give_back(actor, request.path)
    if kept is None:
        return _show(actor, opened, _form(opened, update_drafts.begun(actor, opened)))
    told = update_drafts.overtaken(opened.row, _version(kept))
    return _show(actor, opened, _form(opened, kept), told=told, is_overtaken=bool(told), came_back=True)


@blueprint.post("")
@requires_row(Permission.UPDATE_WRITE, opened_week.open_week)
def send(actor: Actor, opened: OpenedWeek) -> Response:
    """Save the draft or post the update, as the button pressed says."""
    form, is_posted = _form(opened, request.form), request.form.get("do") == "post"
    if is_posted and not form.validate():
        return _show(actor, opened, form, status=422)
    try:
        if is_posted:
            updates.post(actor, opened, form.content(actor.name, opened.row.number), form.as_typed(), _seen())
        else:
            update_drafts.save_draft(actor, opened, form.as_typed(), _seen())
    except (NotYetError, ConcernHeldError) as refused:
        return _show(actor, opened, form, told=str(refused), status=422)
    except (OvertakenError, SomeoneWasFirstError) as first:
        return _show(actor, opened, form, told=str(first), is_overtaken=True, status=409)
    return _posted(actor, opened) if is_posted else _saved(opened)


@blueprint.post("/autosave")
@requires_row(Permission.UPDATE_AUTOSAVE, opened_week.open_week)
def autosave(actor: Actor, opened: OpenedWeek) -> Response:
    """Save what has been typed so far, unchecked."""
    try:
        version = update_drafts.save_draft(actor, opened, _form(opened, request.form).as_typed(), _seen())
    except (OvertakenError, SomeoneWasFirstError, ConcernHeldError):
        return Response(status=409)
    return Response(status=204, headers={"X-Draft-Version": str(version)})


@blueprint.get("/preview")
@requires_row(Permission.UPDATE_WRITE, opened_week.open_week, quiet=True)
def preview(actor: Actor, opened: OpenedWeek) -> Response:
    """Give what the partner would read if the draft were posted as it is saved now."""
    form = _form(opened, update_drafts.begun(actor, opened))
    return render("cases/_preview.html", shared=form.shared(opened.row.number), readers=_readers(actor, opened, form))


@blueprint.post("/read")
@requires_row(Permission.UPDATE_MARK_READ, opened_week.open_received)
def mark_read(actor: Actor, opened: OpenedWeek) -> Response:
    """Note that the referrer's organisation has read the update."""
    updates.mark_read(actor, opened)
    flash(f"The update of week {opened.row.number} is marked as read.", "success")
    return redirect(_support(opened), 303)


def _form(opened: OpenedWeek, typed: Any) -> UpdateForm:
    return update_form.form_of(opened.goals, opened.row.number, typed)


def _readers(actor: Actor, opened: OpenedWeek, form: UpdateForm) -> list[Reader] | None:
    """Return who would read the update, and what of it they would not; None before anything of it is saved."""
    if opened.row.draft is None:
        return None
    return need_to_know.readers(actor, opened.supported.referral, form.marks())


def _seen() -> int:
    return _version(request.form)


def _version(typed: Mapping[str, str]) -> int:
    return shown_with(typed.get("version"))


def _support(opened: OpenedWeek) -> str:
    return f"/referrals/{opened.supported.referral.reference}/support"


def _elsewhere(opened: OpenedWeek) -> Response:
    row = opened.row
    posted = f"The update of week {row.number} has been posted." if row.posted_at else "The support has ended."
    flash(posted, "info")
    return redirect(_support(opened), 303)


def _saved(opened: OpenedWeek) -> Response:
    flash("Draft saved. Nobody outside KSAF can read it.", "success")
    came_from = f"?from={THIS_WEEK}" if request.form.get("from") == THIS_WEEK else ""
    return redirect(f"{request.path}{came_from}#preview", 303)


def _posted(actor: Actor, opened: OpenedWeek) -> Response:
    """Lead to the support of the family or, from this week's page, to the next update that is due."""
    child, told = progress.child_in_list(opened.supported.referral), "Those who read it have been told."
    if opened.row.has_concern:
        told = "Those who read it and the safeguarding team have been told."
    posted = f"The update of week {opened.row.number} for {child} is posted. {told}"
    if request.form.get("from") != THIS_WEEK:
        flash(posted, "success")
        return redirect(_support(opened), 303)
    left = caseload.of(actor)
    following = left.next_update()
    flash(f"{posted} {left.said}.", "success")
    # To the top of the next page, which says first what was posted.
    return redirect(following.href.partition("#")[0] if following else "/this-week", 303)


def _show(
    actor: Actor,
    opened: OpenedWeek,
    form: UpdateForm,
    *,
    told: str = "",
    is_overtaken: bool = False,
    came_back: bool = False,
    status: int = 200,
) -> Response:
    referral, row = opened.supported.referral, opened.row
    return render(
        "cases/update.html",
        status=status,
        referral=referral,
        child=progress.child_in_full(referral),
        week=row,
        dates=weeks.dates(row.starts_on),
        said=week_states.said(row, clock.now(), opened.case.ended_at),
        form=form,
        shared=form.shared(row.number),
        readers=_readers(actor, opened, form),
        previous=opened.previous,
        theirs=_form(opened, draft_concern.readable(actor, row)) if is_overtaken and row.draft else None,
        is_overtaken=is_overtaken,
        first=update_form.ON_THE_PAGE_FIRST,
        told=told,
        came_back=came_back,
        came_from=THIS_WEEK if request.values.get("from") == THIS_WEEK else "",
        call_now=call_now.for_area(referral.area),
    )
