"""Checking the answers, sending the referral, and what is shown afterwards."""

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals import next_steps, queries, record, submission
from portal.referrals.files import attachments
from portal.referrals.form import answer_words, consent_answers, requirements
from portal.referrals.form.draft_overview import overview
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.web.dates import today
from portal.web.rendering import render

blueprint = Blueprint("submit", __name__, url_prefix="/referrals/<reference:reference>")
NO_AGREEMENT = "Your organisation has to accept the data-sharing terms before it can send a referral"


@blueprint.get("/check-answers")
@requires_row(Permission.REFERRAL_SUBMIT, queries.get_referral)
def check_answers(actor: Actor, referral: Referral) -> Response:
    """Show the whole referral to whoever is about to send it."""
    if referral.state is not State.DRAFT:
        return _to_confirmation(referral)
    record.note_view(actor, referral, "check-answers")
    return _page(actor, referral)


@blueprint.get("/submit")
@requires_row(Permission.REFERRAL_SUBMIT, queries.get_referral)
def back_to_check(_actor: Actor, referral: Referral) -> Response:
    """Lead whoever comes by this address, after signing in again say, to the page whose button posts here."""
    return redirect(f"/referrals/{referral.reference}/check-answers", 303)


@blueprint.post("/submit")
@requires_row(Permission.REFERRAL_SUBMIT, queries.get_referral)
def submit(actor: Actor, referral: Referral) -> Response:
    """Send the referral; whoever clicks again arrives at the same confirmation."""
    if referral.state is State.DRAFT:
        try:
            submission.submit(actor, referral)
        except submission.NoAgreementError:
            return _page(actor, referral, errors=[{"text": NO_AGREEMENT, "href": "/agreement"}])
        except submission.NotReadyError as problem:
            return _page(actor, referral, errors=_links(referral, problem.missing))
    return _to_confirmation(referral)


def load_sent(actor: Actor, reference: str) -> Referral | None:
    """Return the referral if `actor`'s organisation has sent it, else None."""
    referral = queries.get_referral(actor, reference)
    if referral is None or referral.submitted_at is None or referral.organisation_id != actor.organisation_id:
        return None
    return referral


@blueprint.get("/sent")
@requires_row(Permission.REFERRAL_READ, load_sent)
def sent(actor: Actor, referral: Referral) -> Response:
    """Say that it has arrived, what happens next and by when, and what to tell the family."""
    record.note_view(actor, referral, "sent")
    answers = queries.answers_of(queries.saved_sections(actor, referral).values())
    steps, chase_from = next_steps.promised(actor, referral)
    return render(
        "referrals/sent.html",
        referral=referral,
        steps=steps,
        chase_from=chase_from,
        owed=requirements.owed_after_sending(actor.organisation_kind, answers),
        family_told=answers.get("family_told", ""),
        consented=requirements.route(answers) in {"outreach", "advice"},
    )


def _page(actor: Actor, referral: Referral, errors: list[dict[str, str]] | None = None) -> Response:
    draft = overview(actor.organisation_kind, queries.saved_sections(actor, referral), today())
    return render(
        "referrals/check_answers.html",
        status=422 if errors else 200,
        referral=referral,
        draft=draft,
        sections=answer_words.all_lines(draft.answers),
        address=answer_words.address,
        attached=attachments.of_referral(actor, referral),
        consent=consent_answers.summary(draft.answers),
        gaps=_links(referral, list(draft.gaps)),
        owed=requirements.owed_after_sending(actor.organisation_kind, draft.answers) if draft.why_reduced else [],
        steps=next_steps.if_sent_now(),
        errors=errors,
    )


def _links(referral: Referral, gaps: list[requirements.Missing]) -> list[dict[str, str]]:
    return [{"text": told, "href": answer_words.address(referral.reference, asked)} for _, asked, told in gaps]


def _to_confirmation(referral: Referral) -> Response:
    return redirect(f"/referrals/{referral.reference}/sent", 303)
