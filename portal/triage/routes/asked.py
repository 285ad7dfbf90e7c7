"""A school answers KSAF's question about attendance, and sees nothing else of the referral."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal import db
from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.organisations import contacts
from portal.triage.context import queries, service
from portal.triage.context.forms import ContextAnswerForm
from portal.triage.context.models import ContextRequest
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("triage_asked", __name__, url_prefix="/referrals/<reference:reference>/attendance-question")


@blueprint.get("")
@requires_row(Permission.CONTEXT_ANSWER, queries.get_asked)
def show(actor: Actor, asked: ContextRequest) -> Response:
    """Show the question while KSAF waits for the answer."""
    with db.own_transaction(actor.organisation_id):
        subject = ("referral", asked.referral_id)
        audit.record(
            actor, Action.CONTEXT_VIEWED, subject=subject, owner_id=asked.organisation_id, reference=asked.reference
        )
    return _show(actor, asked, ContextAnswerForm(held.give_back(actor, request.path)))


@blueprint.post("")
@requires_row(Permission.CONTEXT_ANSWER, queries.get_asked)
def answer(actor: Actor, asked: ContextRequest) -> Response:
    """Send the answer to KSAF."""
    given = ContextAnswerForm(request.form)
    if not given.validate():
        return _show(actor, asked, given, status=422)
    try:
        service.answer(actor, asked, given.written)
    except SomeoneWasFirstError as first:
        return _show(actor, asked, given, status=409, told=first.told)
    flash("KSAF has your answer. Thank you.", "success")
    return redirect("/", 303)


def _show(
    actor: Actor, asked: ContextRequest, given: ContextAnswerForm, *, status: int = 200, told: str = ""
) -> Response:
    is_open = queries.is_open(actor, asked)
    return render(
        "triage/asked.html",
        status=status,
        form=given,
        asked=asked,
        ended="" if is_open else service.ended(asked),
        told=told,
        line=contacts.ksaf(),
    )
