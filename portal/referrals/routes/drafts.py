"""A draft: its task list, what would make it stronger, and deleting it."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals import queries, record
from portal.referrals.files import attachments
from portal.referrals.form import drafts
from portal.referrals.form.draft_overview import overview
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.web.dates import today
from portal.web.rendering import not_modified, panel, render, unchanged

blueprint = Blueprint("drafts", __name__, url_prefix="/referrals/<reference:reference>")


def sent_already(referral: Referral) -> Response | None:
    """Return the way to the referral's own page once it is a draft no longer, else None."""
    return None if referral.state is State.DRAFT else redirect(f"/referrals/{referral.reference}", 303)


@blueprint.get("/tasks")
@requires_row(Permission.REFERRAL_EDIT, queries.get_referral)
def tasks(actor: Actor, referral: Referral) -> Response:
    """Show the eight sections, how far each is, and what would strengthen the referral."""
    if elsewhere := sent_already(referral):
        return elsewhere
    record.note_view(actor, referral, "tasks")
    draft = overview(actor.organisation_kind, queries.saved_sections(actor, referral), today())
    files = attachments.of_referral(actor, referral)
    return render("referrals/tasks.html", referral=referral, draft=draft, files=files)


@blueprint.get("/quality")
@requires_row(Permission.REFERRAL_EDIT, queries.get_referral, quiet=True)
def quality(actor: Actor, referral: Referral) -> Response:
    """Refresh the quality panel of a draft; once it is sent there is nothing to strengthen."""
    if referral.state is not State.DRAFT:
        return not_modified()
    saved = queries.saved_sections(actor, referral)
    tag = unchanged(
        referral.reference, actor.organisation_kind, *((key, row.version) for key, row in sorted(saved.items()))
    )
    if tag is None:
        return not_modified()
    draft = overview(actor.organisation_kind, saved, today())
    return panel("referrals/_quality.html", tag, referral=referral, draft=draft)


@blueprint.get("/discard")
@requires_row(Permission.REFERRAL_DISCARD, queries.get_referral)
def confirm_discard(actor: Actor, referral: Referral) -> Response:
    """Ask whether to delete the draft."""
    if elsewhere := sent_already(referral):
        return elsewhere
    record.note_view(actor, referral, "discard")
    return render("referrals/discard.html", referral=referral)


@blueprint.post("/discard")
@requires_row(Permission.REFERRAL_DISCARD, queries.get_referral)
def discard(actor: Actor, referral: Referral) -> Response:
    """Delete the draft."""
    drafts.discard_draft(actor, referral)
    flash(f"Draft {referral.reference} is deleted.", "success")
    return redirect("/referrals", 303)
