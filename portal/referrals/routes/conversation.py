"""What people say about a referral: a message, an answer, a change, a chase, a withdrawal."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.organisations import contacts
from portal.referrals import conversation, lifecycle, record
from portal.referrals.conversation_forms import AnswerForm, MessageForm, UpdateForm, WithdrawForm
from portal.referrals.files import kinds
from portal.referrals.models import Referral
from portal.referrals.progress import child_in_full
from portal.referrals.queries import get_own_referral
from portal.referrals.rules import Event, State
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("conversation", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/messages")
@requires_row(Permission.REFERRAL_MESSAGE, get_own_referral)
def message(actor: Actor, referral: Referral) -> Response:
    """The form for a message."""
    return _ask(actor, referral, "message", MessageForm(held.give_back(actor, request.path)))


@blueprint.post("/messages")
@requires_row(Permission.REFERRAL_MESSAGE, get_own_referral)
def send_message(actor: Actor, referral: Referral) -> Response:
    """Send a message, with its files."""
    form = MessageForm(request.form)
    if not form.validate():
        return _page(referral, "message", form, status=422)
    try:
        conversation.send_message(actor, referral, form.written, request.files.getlist("files"))
    except conversation.FilesRefusedError as refused:
        return _page(referral, "message", form, status=422, problems=refused.told)
    return _done(referral, "Your message has been sent.")


@blueprint.get("/answer")
@requires_row(Permission.REFERRAL_ANSWER, get_own_referral)
def answer(actor: Actor, referral: Referral) -> Response:
    """The form for an answer to KSAF's question; without a question, the referral."""
    asked = record.open_question(actor, referral)
    if asked is None or not lifecycle.can(actor, referral, Event.ANSWER):
        return _back(referral)
    return _ask(actor, referral, "answer", AnswerForm(held.give_back(actor, request.path)), asked=asked)


@blueprint.post("/answer")
@requires_row(Permission.REFERRAL_ANSWER, get_own_referral)
def send_answer(actor: Actor, referral: Referral) -> Response:
    """Answer KSAF's question. Whoever comes second is told who was first, and keeps their text."""
    form = AnswerForm(request.form)
    asked = record.open_question(actor, referral)
    if not form.validate():
        return _page(referral, "answer", form, status=422, asked=asked)
    try:
        conversation.answer(actor, referral, form.written, request.files.getlist("files"))
    except SomeoneWasFirstError as first:
        return _page(referral, "answered_already", MessageForm(text=form.written), status=409, told=first.told)
    except conversation.FilesRefusedError as refused:
        return _page(referral, "answer", form, status=422, asked=asked, problems=refused.told)
    return _done(referral, "Your answer has been sent. KSAF’s time to decide runs again.")


@blueprint.get("/update")
@requires_row(Permission.REFERRAL_UPDATE, get_own_referral)
def update(actor: Actor, referral: Referral) -> Response:
    """The form for changed risk or circumstances."""
    return _ask(actor, referral, "update", UpdateForm(held.give_back(actor, request.path)), **_danger(referral))


@blueprint.post("/update")
@requires_row(Permission.REFERRAL_UPDATE, get_own_referral)
def send_update(actor: Actor, referral: Referral) -> Response:
    """Tell KSAF what has changed; after a changed risk, say at once whom to call."""
    form = UpdateForm(request.form)
    if not form.validate():
        return _page(referral, "update", form, status=422, **_danger(referral))
    is_risk = form.is_risk_changed.data == "yes"
    conversation.update(actor, referral, form.written, is_risk_changed=is_risk)
    if is_risk:
        return redirect(url_for("conversation.risk_changed", reference=referral.reference), 303)
    return _done(referral, "KSAF has been told what has changed.")


@blueprint.get("/update/risk-changed")
@requires_row(Permission.REFERRAL_UPDATE, get_own_referral)
def risk_changed(actor: Actor, referral: Referral) -> Response:
    """Whom to call now: the portal tells KSAF, but nobody watches it around the clock."""
    record.note_view(actor, referral, "risk-changed")
    return render("referrals/risk_changed.html", referral=referral, **_danger(referral))


@blueprint.get("/withdraw")
@requires_row(Permission.REFERRAL_WITHDRAW, get_own_referral)
def withdraw(actor: Actor, referral: Referral) -> Response:
    """Ask for the reason, and say what withdrawing does."""
    if not lifecycle.can(actor, referral, Event.WITHDRAW):
        return _back(referral)
    return _ask(actor, referral, "withdraw", WithdrawForm(held.give_back(actor, request.path)))


@blueprint.post("/withdraw")
@requires_row(Permission.REFERRAL_WITHDRAW, get_own_referral)
def confirm_withdrawal(actor: Actor, referral: Referral) -> Response:
    """Withdraw the referral."""
    form = WithdrawForm(request.form)
    if not form.validate():
        return _page(referral, "withdraw", form, status=422)
    conversation.withdraw(actor, referral, form.written)
    return _done(referral, "The referral has been withdrawn. KSAF has been told.")


@blueprint.post("/chase")
@requires_row(Permission.REFERRAL_CHASE, get_own_referral)
def chase(actor: Actor, referral: Referral) -> Response:
    """Chase KSAF, once; a second click says who did and when."""
    try:
        conversation.chase(actor, referral)
    except SomeoneWasFirstError as first:
        flash(first.told, "info")
        return _back(referral)
    except conversation.NothingToChaseError:
        flash("There is nothing to chase: KSAF is in time, or has acknowledged the referral meanwhile.", "info")
        return _back(referral)
    return _done(referral, "KSAF’s managers have been told that you are waiting.")


def _danger(referral: Referral) -> dict[str, Any]:
    return {"danger": contacts.stop_page(referral.area), "safeguarding": contacts.ksaf_safeguarding()}


def _ask(actor: Actor, referral: Referral, page: str, form: Any, **context: Any) -> Response:
    if referral.state is State.DRAFT:
        return _back(referral)
    record.note_view(actor, referral, page)
    return _page(referral, page, form, **context)


def _page(referral: Referral, page: str, form: Any, *, status: int = 200, **context: Any) -> Response:
    problems: list[str] = context.pop("problems", [])
    shown = {
        "referral": referral,
        "child": child_in_full(referral),
        "form": form,
        "kinds": kinds,
        "problems": problems,
        "file_errors": [{"text": problem, "href": "#files"} for problem in problems],
    }
    return render(f"referrals/{page}.html", status=status, **shown, **context)


def _done(referral: Referral, told: str) -> Response:
    flash(told, "success")
    return _back(referral)


def _back(referral: Referral) -> Response:
    return redirect(url_for("record.show", reference=referral.reference), 303)
