"""What is recorded of a request as it goes on, each step on a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response
from wtforms import Form

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accountability.requests import erasing, queries, service, trail
from portal.accountability.requests.forms import AnswerForm, AskForm, ExtendForm, ReplyForm, WordsForm
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import KINDS, Outcome
from portal.accounts import held
from portal.web.attempts import attempt
from portal.web.dates import today
from portal.web.rendering import render

blueprint = Blueprint("data_request_steps", __name__, url_prefix="/data-requests/<reference:reference>")


@dataclass(frozen=True)
class Step:
    """One step: the last part of its address, its title, what to know before, and what the button says."""

    key: str
    title: str
    lead: str
    button: str
    done: str


ASK = Step(
    "ask",
    "Ask whoever sent it",
    "The time to answer stops on the day you ask. KSAF is reminded to ask again after five working days.",
    "Record that KSAF asked",
    "Recorded. The time to answer stands still until it comes.",
)
REPLY = Step(
    "reply",
    "Record what came",
    "Where KSAF had to ask who they are, the month runs from the day the proof came. Where it asked which information"
    " they mean, the days of waiting do not count.",
    "Record it",
    "Recorded.",
)
ACKNOWLEDGE = Step(
    "acknowledge",
    "Record that they were told",
    "Tell them that KSAF has it and who looks into it. A complaint has to be acknowledged within 30 days.",
    "Record that they were told",
    "Recorded: they know that KSAF has it.",
)
EXTEND = Step(
    "extend",
    "Extend the time by two months",
    "Only where the request is complex, or one of many by the same person. Tell them why before the first month is"
    " over.",
    "Extend the time",
    "Extended. The new date is below.",
)
ANSWER = Step(
    "answer",
    "Answer the request",
    "Tell them first, then record it here. Say in every answer that they can complain to KSAF, and to the Information"
    " Commissioner’s Office: ico.org.uk or 0303 123 1113.",
    "Record the answer",
    "Answered. Nothing more is due on this request.",
)


@blueprint.get("/ask")
@requires_row(Permission.DATA_REQUEST_READ, queries.get_request)
def ask_form(actor: Actor, asked: DataRequest) -> Response:
    """Show the form for what KSAF has to ask."""
    return _show(actor, asked, ASK, AskForm(held.give_back(actor, request.path)).offer(asked))


@blueprint.post("/ask")
@requires_row(Permission.DATA_REQUEST_ASK, queries.get_request)
def ask(actor: Actor, asked: DataRequest) -> Response:
    """Record that KSAF asked, which stops the time."""
    form = AskForm(request.form).offer(asked)
    return _do(actor, asked, ASK, form, lambda: service.ask(actor, asked, form.asked, form.words.data or ""))


@blueprint.get("/reply")
@requires_row(Permission.DATA_REQUEST_READ, queries.get_request)
def reply_form(actor: Actor, asked: DataRequest) -> Response:
    """Show the form for what came."""
    kept = held.give_back(actor, request.path)
    return _show(actor, asked, REPLY, ReplyForm(kept) if kept else ReplyForm(data={"on": today()}))


@blueprint.post("/reply")
@requires_row(Permission.DATA_REQUEST_REPLY, queries.get_request)
def reply(actor: Actor, asked: DataRequest) -> Response:
    """Record what came, with which time goes on."""
    form = ReplyForm(request.form)
    return _do(actor, asked, REPLY, form, lambda: service.reply(actor, asked, form.words.data or "", form.day))


@blueprint.get("/acknowledge")
@requires_row(Permission.DATA_REQUEST_READ, queries.get_request)
def acknowledge_form(actor: Actor, asked: DataRequest) -> Response:
    """Show the form for how they were told that KSAF has it."""
    return _show(actor, asked, ACKNOWLEDGE, WordsForm(held.give_back(actor, request.path)))


@blueprint.post("/acknowledge")
@requires_row(Permission.DATA_REQUEST_ACKNOWLEDGE, queries.get_request)
def acknowledge(actor: Actor, asked: DataRequest) -> Response:
    """Record that they were told that KSAF has it."""
    form = WordsForm(request.form)
    return _do(actor, asked, ACKNOWLEDGE, form, lambda: service.acknowledge(actor, asked, form.words.data or ""))


@blueprint.get("/extend")
@requires_row(Permission.DATA_REQUEST_READ, queries.get_request)
def extend_form(actor: Actor, asked: DataRequest) -> Response:
    """Show the form for why KSAF needs longer."""
    return _show(actor, asked, EXTEND, ExtendForm(held.give_back(actor, request.path)))


@blueprint.post("/extend")
@requires_row(Permission.DATA_REQUEST_EXTEND, queries.get_request)
def extend(actor: Actor, asked: DataRequest) -> Response:
    """Extend the time by two months."""
    form = ExtendForm(request.form)
    return _do(actor, asked, EXTEND, form, lambda: service.extend(actor, asked, form.words.data or ""))


@blueprint.get("/answer")
@requires_row(Permission.DATA_REQUEST_READ, queries.get_request)
def answer_form(actor: Actor, asked: DataRequest) -> Response:
    """Show the form for what KSAF decided."""
    kept = held.give_back(actor, request.path)
    return _show(
        actor, asked, ANSWER, (AnswerForm(kept) if kept else AnswerForm(data=_begun(actor, asked))).offer(asked)
    )


@blueprint.post("/answer")
@requires_row(Permission.DATA_REQUEST_ANSWER, queries.get_request)
def answer(actor: Actor, asked: DataRequest) -> Response:
    """Record what KSAF decided, and how they were told."""
    form = AnswerForm(request.form).offer(asked)
    return _do(
        actor, asked, ANSWER, form,
        lambda: service.answer(actor, asked, form.decided, form.words.data or "", form.sent.data or ""),
    )  # fmt: skip


def _begun(actor: Actor, asked: DataRequest) -> dict[str, str]:
    """Return what an answer begins with: where nothing can be removed, the refusal with the rights that are left."""
    if not erasing.is_refused_whole(actor, asked):
        return {}
    return {"outcome": Outcome.REFUSED.value, "words": erasing.REFUSAL}


def _do(actor: Actor, asked: DataRequest, step: Step, form: Form, verb: Callable[[], object]) -> Response:
    """Take a step if its form is valid; whoever is second, or refused by a rule, has what they typed in hand."""
    if not form.validate():
        return _show(actor, asked, step, form, status=422)
    if again := attempt(verb, RequestRefusedError):
        return _show(actor, asked, step, form, **again)
    flash(step.done, "success")
    return redirect(f"/data-requests/{asked.reference}", 303)


def _show(
    actor: Actor, asked: DataRequest, step: Step, form: Form, *, told: str = "", refused: str = "", status: int = 200
) -> Response:
    if request.method == "GET":  # a request that writes keeps what was done, or nothing
        trail.note_view(actor, asked, step.key)
    return render(
        "data_requests/step.html",
        status=status,
        asked=asked,
        kind=KINDS[asked.kind],
        step=step,
        form=form,
        told=told,
        refused=refused,
    )
