"""How a referral ends: closing it, its letter, extending support, moving on, and opening it again. Each a manager's."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response
from wtforms import Form

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import closing, queries
from portal.cases.closing import EndingRefusedError
from portal.cases.ending_forms import CloseForm, ExtendForm, MoveOnForm, ReopenForm
from portal.cases.family_consent import NoConsentError
from portal.organisations import contacts
from portal.referrals import endings, lifecycle, progress, timeline
from portal.referrals.endings import Ending
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.record import Opened, note_view, open_referral
from portal.referrals.rules import Event, State, said_now
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("cases_closing", __name__, url_prefix="/referrals/<reference:reference>")


def open_ended(actor: Actor, reference: str) -> Opened | None:
    """Return a closed referral if `actor`'s organisation sees the whole of it; None otherwise."""
    opened = open_referral(actor, reference)
    return opened if opened and opened.shows_whole and opened.referral.closed_at else None


@blueprint.get("/close")
@requires_row(Permission.REFERRAL_CLOSE, get_referral)
def close_form(actor: Actor, referral: Referral) -> Response:
    """Show the form for closing, or what has to happen first."""
    if elsewhere := _not_now(actor, referral, Event.CLOSE):
        return elsewhere
    note_view(actor, referral, "close")
    return _show_close(actor, referral, CloseForm())


@blueprint.post("/close")
@requires_row(Permission.REFERRAL_CLOSE, get_referral)
def close(actor: Actor, referral: Referral) -> Response:
    """Close the referral."""
    typed = CloseForm(request.form)
    if referral.state not in endings.OFFERED:  # there is no ending to choose from any more
        moved_on = said_now(referral.state, is_operator=actor.is_operator)
        return _show_close(actor, referral, typed, told=moved_on, status=409)
    typed.offer(referral.state)
    if not typed.validate():
        return _show_close(actor, referral, typed, status=422)
    ending, rationale, told = Ending(typed.ending.data), typed.rationale.data or "", typed.told.data or ""
    if again := attempt(lambda: closing.close(actor, referral, ending, rationale, told), EndingRefusedError):
        return _show_close(actor, referral, typed, **again)
    return _done(referral, "Referral closed. The referrer has been told.")


@blueprint.get("/closing")
@requires_row(Permission.REFERRAL_READ, open_ended)
def letter(actor: Actor, opened: Opened) -> Response:
    """Show how it ended: what was decided, what comes next and whom to call."""
    note_view(actor, opened.referral, "closing")
    entry = timeline.newest_of(opened.referral, Event.CLOSE.value)
    if entry is None:
        abort(404)
    return render(
        "cases/closing_letter.html",
        referral=opened.referral,
        child=progress.child_in_full(opened.referral),
        outcome=endings.label(opened.referral.closing_outcome),
        entry=entry,
        line=contacts.ksaf(),
        rationale=opened.referral.closing_rationale if actor.is_operator else "",
    )


@blueprint.get("/extend")
@requires_row(Permission.CASE_EXTEND, get_referral)
def extend_form(actor: Actor, referral: Referral) -> Response:
    """Show the form for extending the support."""
    if not closing.may_extend(referral, queries.newest_case(actor, referral)):
        flash("This support cannot be extended: it is done once, while it runs.", "info")
        return redirect(f"/referrals/{referral.reference}", 303)
    note_view(actor, referral, "extend")
    return _show_reason(referral, ExtendForm(), "extend")


@blueprint.post("/extend")
@requires_row(Permission.CASE_EXTEND, get_referral)
def extend(actor: Actor, referral: Referral) -> Response:
    """Extend the support."""
    typed = ExtendForm(request.form)
    if not typed.validate():
        return _show_reason(referral, typed, "extend", status=422)
    weeks, why = int(typed.weeks.data), typed.why.data or ""
    if again := attempt(lambda: closing.extend(actor, referral, weeks, why), EndingRefusedError, NoConsentError):
        return _show_reason(referral, typed, "extend", **again)
    return _done(referral, "Support extended. The referrer has been told.")


@blueprint.get("/move-on")
@requires_row(Permission.REFERRAL_MOVE_ON, get_referral)
def move_on_form(actor: Actor, referral: Referral) -> Response:
    """Show the form for moving the family on to another service."""
    if elsewhere := _not_now(actor, referral, Event.MOVE_ON):
        return elsewhere
    note_view(actor, referral, "move-on")
    return _show_reason(referral, MoveOnForm(), "move-on")


@blueprint.post("/move-on")
@requires_row(Permission.REFERRAL_MOVE_ON, get_referral)
def move_on(actor: Actor, referral: Referral) -> Response:
    """Move the family on."""
    typed = MoveOnForm(request.form)
    if not typed.validate():
        return _show_reason(referral, typed, "move-on", status=422)
    if again := attempt(lambda: closing.move_on(actor, referral, typed.why.data or "")):
        return _show_reason(referral, typed, "move-on", **again)
    return _done(referral, "The referral is on Pathway 3. Offer the family to the next service.")


@blueprint.get("/reopen")
@requires_row(Permission.REFERRAL_REOPEN, get_referral)
def reopen_form(actor: Actor, referral: Referral) -> Response:
    """Show the form for opening an ended referral again."""
    if elsewhere := _not_now(actor, referral, Event.REOPEN):
        return elsewhere
    note_view(actor, referral, "reopen")
    return _show_reason(referral, ReopenForm(), "reopen")


@blueprint.post("/reopen")
@requires_row(Permission.REFERRAL_REOPEN, get_referral)
def reopen(actor: Actor, referral: Referral) -> Response:
    """Open it again."""
    typed = ReopenForm(request.form)
    if not typed.validate():
        return _show_reason(referral, typed, "reopen", status=422)
    if again := attempt(lambda: closing.reopen(actor, referral, typed.why.data or "")):
        return _show_reason(referral, typed, "reopen", **again)
    return _done(referral, "Referral opened again. The referrer has been told.")


def _not_now(actor: Actor, referral: Referral, event: Event) -> Response | None:
    """Return the way to the referral, saying where it is, when `event` is not possible now; else None."""
    if lifecycle.can(actor, referral, event):
        return None
    flash(said_now(referral.state, is_operator=actor.is_operator), "info")
    return redirect(f"/referrals/{referral.reference}", 303)


def _done(referral: Referral, told: str) -> Response:
    flash(told, "success")
    return redirect(f"/referrals/{referral.reference}", 303)


def _show_close(actor: Actor, referral: Referral, form: CloseForm, **more: Any) -> Response:
    form.offer(referral.state)
    stands = closing.standing(actor, referral)
    offered = endings.OFFERED.get(referral.state, ())
    return render(
        "cases/close.html",
        referral=referral,
        child=progress.child_in_full(referral),
        form=form,
        not_yet=endings.why_not_yet(stands) if referral.state in endings.OFFERED else None,
        needs_summary=referral.state is State.IN_SUPPORT and not stands.is_summary_authorised,
        needs_advice=stands.is_advice_owed,
        hints={each.value: endings.hint(each) for each in offered},
        **more,
    )


def _show_reason(referral: Referral, form: Form, verb: str, **more: Any) -> Response:
    child = progress.child_in_full(referral)
    return render(f"cases/{verb.replace('-', '_')}.html", referral=referral, child=child, form=form, **more)
