"""The page on which a manager reviews an open record."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.referrals import record, record_reviews, standing
from portal.referrals.conversation_forms import RecordReviewForm
from portal.referrals.models import Referral
from portal.referrals.progress import child_in_full
from portal.referrals.queries import get_referral
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("record_reviews", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/record-review")
@requires_row(Permission.RECORD_REVIEW, get_referral)
def form(actor: Actor, referral: Referral) -> Response:
    """Show what is owed on the record, what earlier reviews found, and the form; once it has ended, the referral."""
    if not record_reviews.is_open(referral):
        return _back(referral)
    record.note_view(actor, referral, "record-review")
    return _page(actor, referral, RecordReviewForm(held.give_back(actor, request.path)))


@blueprint.post("/record-review")
@requires_row(Permission.RECORD_REVIEW, get_referral)
def review(actor: Actor, referral: Referral) -> Response:
    """Record a review. Whoever comes second is shown the first, and keeps their text."""
    typed = RecordReviewForm(request.form)
    if not typed.validate():
        return _page(actor, referral, typed, status=422)
    is_outstanding, seen = typed.followed.data == "no", typed.newest_seen
    again = attempt(
        lambda: record_reviews.record(actor, referral, typed.written, is_outstanding=is_outstanding, seen=seen)
    )
    if again:
        return _page(actor, referral, typed, **again)
    flash("Your review is on the record. The time to the next runs from today.", "success")
    return _back(referral)


def _page(actor: Actor, referral: Referral, typed: RecordReviewForm, *, status: int = 200, told: str = "") -> Response:
    earlier = record_reviews.earlier(actor, referral)
    typed.seen.data = str(earlier[0].id if earlier else 0)
    shown: dict[str, Any] = {"referral": referral, "child": child_in_full(referral), "form": typed, "told": told}
    shown["owed"] = standing.owed(actor, referral)
    shown["earlier"] = [{"title": e.title, "at": e.at, "who": e.actor_name, "body": e.body} for e in earlier]
    return render("referrals/record_review.html", status=status, **shown)


def _back(referral: Referral) -> Response:
    return redirect(url_for("record.show", reference=referral.reference), 303)
