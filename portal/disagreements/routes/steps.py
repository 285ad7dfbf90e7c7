"""One disagreement: where it stands and what was said, and each step on a page of its own."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.disagreements import files, queries, rules, service, shown, trail
from portal.disagreements.files import FilesRefusedError
from portal.disagreements.forms import AddForm, AnswerForm, EscalateForm, ResolveForm, SaidForm, WithdrawForm
from portal.disagreements.models import Disagreement, DisagreementEntry, DisagreementFile
from portal.disagreements.queries import Opened
from portal.disagreements.refusal import DisagreementRefusedError
from portal.disagreements.shown import STEPS, Step
from portal.referrals.files import kinds
from portal.referrals.files.downloads import as_download
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("disagreements", __name__, url_prefix="/disagreements/<reference:reference>")


@blueprint.get("")
@requires_row(Permission.DISAGREEMENT_READ, queries.open_disagreement)
def show(actor: Actor, opened: Opened) -> Response:
    """Show one disagreement: the stages, whose turn it is, by when, and what was said."""
    trail.note_view(actor, opened.row, "disagreement")
    return render("disagreements/disagreement.html", **shown.context(actor, opened))


@blueprint.get("/files/<key:key>")
@requires_row(Permission.DISAGREEMENT_READ, files.open_file)
def download(actor: Actor, found: tuple[Disagreement, DisagreementFile]) -> Response:
    """A file that came with something said, to be saved."""
    row, file = found
    return as_download(files.read(actor, row, file), file.filename, file.content_type)


@blueprint.get("/add")
@requires_row(Permission.DISAGREEMENT_ADD, queries.open_disagreement)
def add_form(actor: Actor, opened: Opened) -> Response:
    """Show the form for something to add."""
    return _ask(actor, opened, "add", AddForm)


@blueprint.post("/add")
@requires_row(Permission.DISAGREEMENT_ADD, queries.open_disagreement)
def add(actor: Actor, opened: Opened) -> Response:
    """Add to what one's side has said."""
    form = AddForm(request.form)
    return _do(actor, opened, "add", form, lambda: service.add(actor, opened, form.said(opened.row.stage)))


@blueprint.get("/answer")
@requires_row(Permission.DISAGREEMENT_ANSWER, queries.open_disagreement)
def answer_form(actor: Actor, opened: Opened) -> Response:
    """Show the form for the answer at the stage it has come to."""
    return _ask(actor, opened, "answer", AnswerForm)


@blueprint.post("/answer")
@requires_row(Permission.DISAGREEMENT_ANSWER, queries.open_disagreement)
def answer(actor: Actor, opened: Opened) -> Response:
    """Answer at the stage."""
    form = AnswerForm(request.form).offer(opened.row.stage)
    return _do(
        actor, opened, "answer", form,
        lambda: service.answer(actor, opened, form.said(opened.row.stage), form.chosen),
    )  # fmt: skip


@blueprint.get("/escalate")
@requires_row(Permission.DISAGREEMENT_ESCALATE, queries.open_disagreement)
def escalate_form(actor: Actor, opened: Opened) -> Response:
    """Show the form for taking it to the next stage."""
    return _ask(actor, opened, "escalate", EscalateForm)


@blueprint.post("/escalate")
@requires_row(Permission.DISAGREEMENT_ESCALATE, queries.open_disagreement)
def escalate(actor: Actor, opened: Opened) -> Response:
    """Take it to the next stage."""
    form = EscalateForm(request.form)
    return _do(actor, opened, "escalate", form, lambda: service.escalate(actor, opened, form.said(opened.row.stage)))


@blueprint.get("/resolve")
@requires_row(Permission.DISAGREEMENT_RESOLVE, queries.open_disagreement)
def resolve_form(actor: Actor, opened: Opened) -> Response:
    """Show the form for how it was resolved."""
    return _ask(actor, opened, "resolve", ResolveForm)


@blueprint.post("/resolve")
@requires_row(Permission.DISAGREEMENT_RESOLVE, queries.open_disagreement)
def resolve(actor: Actor, opened: Opened) -> Response:
    """End it with how it was resolved."""
    form = ResolveForm(request.form).offer(rules.outcomes(queries.speaker(actor, opened)))
    return _do(
        actor, opened, "resolve", form,
        lambda: service.resolve(actor, opened, form.said(opened.row.stage), form.chosen),
    )  # fmt: skip


@blueprint.get("/withdraw")
@requires_row(Permission.DISAGREEMENT_WITHDRAW, queries.open_disagreement)
def withdraw_form(actor: Actor, opened: Opened) -> Response:
    """Show the form for taking the challenge back."""
    return _ask(actor, opened, "withdraw", WithdrawForm)


@blueprint.post("/withdraw")
@requires_row(Permission.DISAGREEMENT_WITHDRAW, queries.open_disagreement)
def withdraw(actor: Actor, opened: Opened) -> Response:
    """Take the challenge back."""
    form = WithdrawForm(request.form)
    return _do(actor, opened, "withdraw", form, lambda: service.withdraw(actor, opened, form.said(opened.row.stage)))


def _ask(actor: Actor, opened: Opened, key: str, kind: type[SaidForm]) -> Response:
    """Show the form of a step to whoever can take it now; anybody else is led to the disagreement, which says why."""
    if rules.why_not(STEPS[key].event, opened.standing, queries.speaker(actor, opened)):
        return redirect(f"/disagreements/{opened.row.reference}", 303)
    kept = held.give_back(actor, request.path)
    form = kind(kept) if kept else kind(data={"at": str(opened.row.stage), "speaker": shown.speaker(actor)})
    trail.note_view(actor, opened.row, key)
    return _show(actor, opened, STEPS[key], form)


def _do(actor: Actor, opened: Opened, key: str, form: SaidForm, verb: Callable[[], DisagreementEntry]) -> Response:
    """Take a step if its form is valid; whoever is second, or refused by a rule, has what they typed in hand."""
    step = STEPS[key]
    if not form.validate():
        return _show(actor, opened, step, form, status=422)
    sent = request.files.getlist("files") if step.takes_files else []
    try:
        again = attempt(lambda: files.keep(actor, opened.row, verb(), sent), DisagreementRefusedError)
    except FilesRefusedError as refused:
        again = {"problems": refused.told, "status": 422}
    if again:
        return _show(actor, opened, step, form, **again)
    flash(step.done, "success")
    return redirect(f"/disagreements/{opened.row.reference}", 303)


def _show(actor: Actor, opened: Opened, step: Step, form: SaidForm, **more: Any) -> Response:
    if isinstance(form, AnswerForm):
        form.offer(form.read_at(opened.row.stage))
    if isinstance(form, ResolveForm):
        form.offer(rules.outcomes(queries.speaker(actor, opened)))
    about = shown.about(opened)
    return render("disagreements/step.html", step=step, form=form, kinds=kinds, **about, **more)
