"""A prompt: what it says, and its three ends: closed with what was done, put off, or given to a colleague."""

from datetime import datetime

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.timescales import closures, giving, later, prompts, queries, recipients, things, wording
from portal.timescales.descriptions import describe
from portal.timescales.forms import EvidenceForm, GiveForm, LaterForm
from portal.timescales.later import Later
from portal.timescales.models import Deadline, Prompt
from portal.web.dates import long_datetime
from portal.web.rendering import render

blueprint = Blueprint("prompts", __name__, url_prefix="/prompts")


@blueprint.get("")
@requires(Permission.PROMPT_READ)
def listed(actor: Actor) -> Response:
    """What the actor has put off, and until when."""
    return render("timescales/put_off.html", items=queries.items_put_off(actor))


@blueprint.get("/<key:key>")
@requires_row(Permission.PROMPT_READ, queries.get_prompt)
def show(actor: Actor, prompt: Prompt) -> Response:
    """Show what is overdue, why this person hears of it, and how to close it."""
    return _page(actor, prompt)


@blueprint.post("/<key:key>")
@requires_row(Permission.PROMPT_CLOSE, queries.get_prompt)
def close(actor: Actor, prompt: Prompt) -> Response:
    """Close the prompt for everyone here whom it reached, with what was done."""
    form = EvidenceForm()
    if not form.validate():
        return _page(actor, prompt, evidence=form, status=422)
    prompts.close(actor, prompt, form.evidence.data or "")
    flash("The prompt is closed, and what you wrote is kept with it.", "success")
    return redirect("/", 303)


@blueprint.post("/<key:key>/later")
@requires_row(Permission.PROMPT_PUT_OFF, queries.get_prompt)
def put_off(actor: Actor, prompt: Prompt) -> Response:
    """Put the prompt off, with a reason, until one of the times that are offered now."""
    offered = _choices(prompt)
    form = LaterForm(offered)
    if not form.validate():
        return _page(actor, prompt, put_off=form, status=422)
    until = offered[Later(form.until.data)]
    later.put_off(actor, prompt, until, form.why.data or "")
    flash(f"It comes back on {long_datetime(until)}.", "success")
    return redirect("/", 303)


@blueprint.post("/<key:key>/back")
@requires_row(Permission.PROMPT_BRING_BACK, queries.get_prompt)
def bring_back(actor: Actor, prompt: Prompt) -> Response:
    """Have the prompt wait again at once."""
    later.bring_back(actor, prompt)
    flash("It waits for you again.", "success")
    return redirect(f"/prompts/{prompt.key}", 303)


@blueprint.post("/<key:key>/give")
@requires_row(Permission.PROMPT_GIVE, queries.get_prompt)
def give(actor: Actor, prompt: Prompt) -> Response:
    """Give the prompt to a colleague."""
    colleagues = giving.colleagues(actor, prompt)
    form = GiveForm(colleagues)
    chosen = next((each for each in colleagues if str(each.user_id) == form.colleague.data), None)
    if not form.validate() or chosen is None:
        return _page(actor, prompt, given=form, status=422)
    giving.give(actor, prompt, chosen)
    flash(f"{chosen.name} has it now, and is told by email.", "success")
    return redirect("/", 303)


def _choices(prompt: Prompt) -> dict[Later, datetime]:
    words = wording.of_prompt(prompt.kind, prompt.due_at)
    return later.choices(closures.calendar(), clock.now(), prompt.due_at, urgent=words.urgent)


def _page(
    actor: Actor,
    prompt: Prompt,
    *,
    evidence: EvidenceForm | None = None,
    put_off: LaterForm | None = None,
    given: GiveForm | None = None,
    status: int = 200,
) -> Response:
    deadline = queries.deadline_of(actor, prompt)
    chased = deadline is not None and deadline.kind == "chase"
    colleagues = giving.colleagues(actor, prompt) if prompt.closed_at is None else []
    return render(
        "timescales/prompt.html",
        status=status,
        prompt=prompt,
        words=wording.of_prompt(prompt.kind, prompt.due_at),
        thing=things.thing(prompt.kind),
        opens=things.address(prompt.kind, prompt.reference),
        why=_why(actor, deadline, queries.whose(actor, prompt)),
        deadline=describe(deadline, clock.now(), actor.organisation_id) if deadline else None,
        also_told=queries.also_told(actor, prompt),
        closed=prompts.closed_by(prompt) if prompt.closed_at else None,
        is_put_off=prompt.put_off_until is not None and prompt.put_off_until > clock.now(),
        contact=recipients.manager_contact(deadline.owed_to_id) if deadline and chased else None,
        form=evidence or EvidenceForm(formdata=None),
        put_off=put_off or LaterForm(_choices(prompt), formdata=None),
        given=given or (GiveForm(colleagues, formdata=None) if colleagues else None),
    )


def _why(actor: Actor, deadline: Deadline | None, away: str | None) -> str:
    if away:
        return f"{away} is away, and you stand in."
    if deadline and deadline.person_id == actor.user_id:
        return "It is on you."
    if deadline and deadline.person_id is None and actor.role not in recipients.MANAGING:
        return "Nobody has taken it yet, so everyone who could is told."
    return f"You are told as {actor.role_label.lower()} of {actor.organisation_name}."
