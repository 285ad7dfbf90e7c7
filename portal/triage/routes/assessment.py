"""The initial assessment: what the referral says, beside what KSAF finds."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.referrals import lifecycle, page
from portal.referrals.record import Opened, note_view, open_referral
from portal.referrals.rules import Event
from portal.triage import queries
from portal.triage.assessment import forms, needs, rules, service, shown
from portal.triage.assessment import queries as assessments
from portal.triage.assessment.forms import AssessmentForm
from portal.triage.assessment.models import Assessment
from portal.triage.assessment.service import Overtaken
from portal.triage.known import queries as known
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render
from portal.web.typed import shown_with

blueprint = Blueprint("triage_assessment", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/assessment")
@requires_row(Permission.ASSESSMENT_READ, open_referral)
def read(actor: Actor, opened: Opened) -> Response:
    """Show what was found, to write on while the referral is being decided."""
    note_view(actor, opened.referral, "assessment")
    newest = assessments.newest(actor, opened.referral)
    kept = held.give_back(actor, request.path)
    return _show(actor, opened, newest, AssessmentForm(kept) if kept else forms.of(newest))


@blueprint.post("/assessment")
@requires_row(Permission.ASSESSMENT_SAVE, open_referral)
def save(actor: Actor, opened: Opened) -> Response:
    """Save the assessment as far as it has come."""
    newest, typed = assessments.newest(actor, opened.referral), AssessmentForm(request.form)
    if not typed.validate():
        return _show(actor, opened, newest, typed, status=422)
    found = typed.found(needs.scale_for(opened.referral.area))
    try:
        saved = service.save(actor, opened.referral, found, _seen_version())
    except SomeoneWasFirstError as first:
        return _show(actor, opened, newest, typed, told=first.told, status=409)
    if isinstance(saved, Overtaken):
        return _show(actor, opened, newest, typed, theirs=saved.current, status=409)
    flash("Assessment saved.", "success")
    onward = "decide" if request.form.get("do") == "decide" else "assessment"
    return redirect(f"/referrals/{opened.referral.reference}/{onward}", 303)


def _show(
    actor: Actor,
    opened: Opened,
    newest: Assessment | None,
    typed: AssessmentForm,
    *,
    theirs: Assessment | None = None,
    **more: Any,
) -> Response:
    referral, scale = opened.referral, needs.scale_for(opened.referral.area)
    typed.offer(scale)
    found = queries.evidence(actor, referral)
    can_write = actor.may(Permission.ASSESSMENT_SAVE) and referral.state in rules.WRITABLE
    return render(
        "triage/assessment.html",
        form=typed,
        can_write=can_write or bool(more.get("told")),
        can_decide=lifecycle.can(actor, referral, Event.DECIDE),
        scale=scale,
        level_hints={str(each.number): each.means for each in scale.levels},
        aspects=[(each, typed[each.key], shown.says(each, found.answers)) for each in needs.ASPECTS],
        domains=[(each, typed.groups(each), typed.ticked_in(each)) for each in needs.DOMAINS],
        frames=needs.FRAMES,
        assessment=shown.describe(referral, newest),
        theirs=shown.describe(referral, theirs),
        version=newest.version if newest else 0,
        consent_lines=found.consent,
        known=known.likely(actor, referral, found.answers),
        **page.heading(actor, opened, "assessment"),
        **more,
    )


def _seen_version() -> int:
    return shown_with(request.form.get("version"))
