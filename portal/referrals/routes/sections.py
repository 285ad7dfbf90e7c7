"""One section of the form: shown, saved, and saved by itself while somebody types."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.consent import wording as consent_wording
from portal.referrals import queries, record
from portal.referrals.form import drafts, forms, prefill, requirements
from portal.referrals.form.answer_words import in_words
from portal.referrals.form.draft_overview import overview
from portal.referrals.form.drafts import NotADraftError, Saved, Stale
from portal.referrals.form.sections import SECTION_ORDER, Section, section
from portal.referrals.models import Referral, ReferralSection
from portal.referrals.routes.drafts import sent_already
from portal.web.dates import today
from portal.web.rendering import render
from portal.web.transactions import keep_changes
from portal.web.typed import shown_with

blueprint = Blueprint("sections", __name__, url_prefix="/referrals/<reference:reference>/sections")
CONSENT = "consent-and-contact"


@dataclass(frozen=True)
class Place:
    """Where somebody is in the form of a referral."""

    referral: Referral
    section: Section


def load(actor: Actor, reference: str, section_key: str) -> Place | None:
    """Return the section of the referral in `actor`'s reach, or None when either is not there."""
    referral = queries.get_referral(actor, reference)
    return Place(referral, section(section_key)) if referral and section_key in SECTION_ORDER else None


@blueprint.get("/<word:section_key>")
@requires_row(Permission.REFERRAL_EDIT, load)
def show(actor: Actor, place: Place) -> Response:
    """Show the section with what is saved of it, or with what a session that ended left unsaved."""
    if elsewhere := sent_already(place.referral):
        return elsewhere
    record.note_view(actor, place.referral, place.section.key)
    saved = queries.saved_sections(actor, place.referral)
    row = saved.get(place.section.key)
    kept = held.give_back(actor, request.path)
    if kept is not None:
        newer = row if row and row.version != _seen(kept) else None
        return _page(actor, place, saved, forms.read(place.section.questions, kept), theirs=newer, came_back=True)
    answers = row.answers if row else prefill.answers_for(actor, place.section)
    return _page(actor, place, saved, forms.bind(place.section.questions, answers))


@blueprint.post("/<word:section_key>")
@requires_row(Permission.REFERRAL_EDIT, load)
def save(actor: Actor, place: Place) -> Response:
    """Save the section as it stands; an answer that cannot be used is kept and asked about again."""
    if elsewhere := sent_already(place.referral):
        return elsewhere
    form = forms.read(place.section.questions, request.form, today())
    given = forms.answers_in(form, place.section.questions)
    outcome = drafts.save_section(actor, place.referral, place.section, given, _seen(request.form))
    if isinstance(outcome, Saved) and not form.errors:
        return redirect(_next_address(place), 303)
    saved = queries.saved_sections(actor, place.referral)
    if isinstance(outcome, Stale):
        return _page(actor, place, saved, form, theirs=outcome.current, status=409)
    keep_changes()
    return _page(actor, place, saved, form, status=422)


@blueprint.post("/<word:section_key>/autosave")
@requires_row(Permission.REFERRAL_AUTOSAVE, load)
def autosave(actor: Actor, place: Place) -> Response:
    """Save what has been typed so far, unchecked."""
    form = forms.read(place.section.questions, request.form)
    given = forms.answers_in(form, place.section.questions)
    try:
        outcome = drafts.save_section(actor, place.referral, place.section, given, _seen(request.form))
    except NotADraftError:
        return Response(status=409)
    if isinstance(outcome, Stale):
        return Response(status=409)
    return Response(status=204, headers={"X-Draft-Version": str(outcome.version)})


def _page(
    actor: Actor,
    place: Place,
    saved: dict[str, ReferralSection],
    form: Form,
    *,
    theirs: ReferralSection | None = None,
    came_back: bool = False,
    status: int = 200,
) -> Response:
    """Render the section: `form` is what its reader wrote, `theirs` what somebody else has saved meanwhile."""
    row = saved.get(place.section.key)
    return render(
        "referrals/section.html",
        status=status,
        referral=place.referral,
        section=place.section,
        form=form,
        groups=forms.groups(place.section.questions),
        required=requirements.asked_of(actor.organisation_kind, place.section),
        version=row.version if row else 0,
        saved=row,
        theirs=theirs,
        theirs_differ=_differing(place.section, form, theirs),
        came_back=came_back,
        wording=consent_wording.current(today()) if place.section.key == CONSENT else None,
        draft=overview(actor.organisation_kind, saved, today()),
    )


def _differing(place: Section, form: Form, theirs: ReferralSection | None) -> dict[str, str]:
    """Return what is saved, as people read it, for each question to which the form has another answer."""
    if theirs is None:
        return {}
    mine = forms.answers_in(form, place.questions)
    return {
        asked.key: in_words(asked, theirs.answers)
        for asked in place.questions
        if mine.get(asked.key) != theirs.answers.get(asked.key)
    }


def _seen(posted: Mapping[str, str]) -> int:
    return shown_with(posted.get("version"))


def _next_address(place: Place) -> str:
    reference, number = place.referral.reference, place.section.number
    if "return_to_list" in request.form or number == len(SECTION_ORDER):
        return url_for("drafts.tasks", reference=reference)
    return url_for("sections.show", reference=reference, section_key=SECTION_ORDER[number])
