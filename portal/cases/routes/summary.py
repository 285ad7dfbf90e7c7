"""The Summary tab: writing, authorising and returning a completion summary, and its two versions as pages and PDFs."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import pdf, summaries, summary_words, versions
from portal.cases.ending_forms import ReturnSummaryForm, SummaryForm, filled
from portal.cases.models import SummaryState
from portal.cases.summaries import Summarised, SummaryRefusedError, Texts
from portal.referrals import page
from portal.referrals.record import note_view
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("cases_summary", __name__, url_prefix="/referrals/<reference:reference>/summary")


@blueprint.get("")
@requires_row(Permission.REFERRAL_READ, summaries.open_summary)
def show(actor: Actor, found: Summarised) -> Response:
    """Show the summary: to be written, to be authorised, or to be read, as it stands and as the reader may."""
    note_view(actor, found.supported.referral, "summary")
    return _show(actor, found)


@blueprint.post("")
@requires_row(Permission.SUMMARY_WRITE, summaries.open_for_writing)
def save(actor: Actor, found: Summarised) -> Response:
    """Save the texts, or send them to a manager, as the button pressed says."""
    typed, is_sent = SummaryForm(request.form), request.form.get("do") == "send"
    if not (typed.is_complete() if is_sent else typed.validate()):
        return _show(actor, found, typed, status=422)
    keep = summaries.propose if is_sent else summaries.save
    if again := attempt(lambda: keep(actor, found, typed.texts(), typed.based_on())):
        return _show(actor, found, typed, **again)
    flash("Summary sent to a manager." if is_sent else "Summary saved.", "success")
    return redirect(f"/referrals/{found.supported.referral.reference}/summary", 303)


@blueprint.post("/authorise")
@requires_row(Permission.SUMMARY_AUTHORISE, summaries.open_for_writing)
def authorise(actor: Actor, found: Summarised) -> Response:
    """Authorise the summary."""
    read = request.form.get("version")
    if again := attempt(lambda: summaries.authorise(actor, found, read), SummaryRefusedError):
        return _show(actor, found, **again)
    told = (
        "The referrer has been told." if found.agreed.to_updates else "The family does not agree that others are told."
    )
    flash(f"Summary authorised. {told}", "success")
    return redirect(f"/referrals/{found.supported.referral.reference}/summary", 303)


@blueprint.post("/return")
@requires_row(Permission.SUMMARY_RETURN, summaries.open_for_writing)
def send_back(actor: Actor, found: Summarised) -> Response:
    """Return the summary to whoever wrote it."""
    returned = ReturnSummaryForm(request.form)
    if not returned.validate():
        return _show(actor, found, returned=returned, status=422)
    comment, read = returned.comment.data or "", request.form.get("version")
    if again := attempt(lambda: summaries.send_back(actor, found, comment, read), SummaryRefusedError):
        return _show(actor, found, returned=returned, **again)
    flash("Summary returned. Whoever wrote it has been told.", "success")
    return redirect(f"/referrals/{found.supported.referral.reference}/summary", 303)


@blueprint.get("/partner")
@requires_row(Permission.REFERRAL_READ, summaries.open_summary)
def partner(actor: Actor, found: Summarised) -> Response:
    """Show the partner's version to read and print."""
    return _document(actor, found, "partner")


@blueprint.get("/family")
@requires_row(Permission.REFERRAL_READ, summaries.open_summary)
def family(actor: Actor, found: Summarised) -> Response:
    """Show the family's version to read and print."""
    return _document(actor, found, "family")


@blueprint.get("/partner/pdf")
@requires_row(Permission.REFERRAL_READ, summaries.open_summary)
def partner_pdf(actor: Actor, found: Summarised) -> Response:
    """Give the partner's version as a PDF."""
    return _pdf(actor, found, "partner")


@blueprint.get("/family/pdf")
@requires_row(Permission.REFERRAL_READ, summaries.open_summary)
def family_pdf(actor: Actor, found: Summarised) -> Response:
    """Give the family's version as a PDF."""
    return _pdf(actor, found, "family")


def _document(actor: Actor, found: Summarised, version: str) -> Response:
    document = versions.of(found, version)
    if document is None:
        abort(404)
    note_view(actor, found.supported.referral, f"summary for the {version}")
    return render("cases/summary_document.html", document=document, version=version, referral=found.supported.referral)


def _pdf(actor: Actor, found: Summarised, version: str) -> Response:
    document, referral = versions.of(found, version), found.supported.referral
    if document is None:
        abort(404)
    note_view(actor, referral, f"summary for the {version} as PDF")
    answer = make_response(pdf.render(document))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{referral.reference}.pdf"'
    return answer


def _show(
    actor: Actor,
    found: Summarised,
    typed: SummaryForm | None = None,
    *,
    returned: ReturnSummaryForm | None = None,
    **more: Any,
) -> Response:
    summary, opened = found.summary, found.supported.opened
    is_draft = summary is None or summary.state is SummaryState.DRAFT
    is_written = actor.may(Permission.SUMMARY_WRITE) and (is_draft or typed is not None)
    form = (typed or _begun(actor, found)) if is_written else None
    return render(
        "cases/summary.html",
        summary=summary,
        is_shown=found.is_shown,
        is_told=found.agreed.to_updates,
        form=form,
        texts=summary_words.for_partner(summary.content, summary.withheld) if summary else [],
        concerns=summary.content.get("concerns", "") if summary and actor.is_operator else "",
        family_texts=summary_words.for_family(summary.family) if summary else [],
        returned=returned or ReturnSummaryForm(),
        may_settle=summary is not None
        and actor.may(Permission.SUMMARY_AUTHORISE)
        and summaries.may_settle(actor, summary),
        **more,
        **page.heading(actor, opened, "summary"),
    )


def _begun(actor: Actor, found: Summarised) -> SummaryForm:
    held = found.summary
    texts = Texts(held.content, held.family, held.withheld) if held else summaries.started(actor, found.supported.case)
    return filled(texts, held)
