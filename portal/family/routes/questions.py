"""One question at a time, then all answers together before they are sent; later each can be changed or taken back."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response
from wtforms import Form

from portal.family import answering, shown, steps
from portal.family.forms import AboutYouForm, PurposeForm, YoungForm
from portal.family.links import Link
from portal.family.routes.behind import behind_check, page, path, questions_of
from portal.family.steps import ABOUT_YOU, Questions

blueprint = Blueprint("family_questions", __name__, url_prefix="/consent/<token:token>")


@blueprint.get("/questions/<word:step>")
@behind_check
def question(link: Link, step: str) -> Response:
    """Show one question, with the answer given so far."""
    asked = _asked(link, step)
    return _show(link, asked, step, _form(link, step, asked.draft.get(step)))


@blueprint.post("/questions/<word:step>")
@behind_check
def answer(link: Link, step: str) -> Response:
    """Keep the answer and go on; a change to what was sent already is sent at once."""
    asked = _asked(link, step)
    typed = _form(link, step)
    if not typed.validate():
        return _show(link, asked, step, typed, status=422)
    if link.row.answered_at is None or step == ABOUT_YOU:
        answering.keep(link, step, typed.typed())
        return redirect(_next(link, asked, step), 303)
    if ABOUT_YOU not in asked.draft:
        return redirect(f"{path()}/questions/{ABOUT_YOU}", 303)
    answering.change(link, asked, step, typed.typed())
    flash("Your change is saved. It counts from now on.", "success")
    return redirect(path(), 303)


@blueprint.get("/check-answers")
@behind_check
def check_answers(link: Link) -> Response:
    """Show every answer before it is sent."""
    asked = questions_of(link)
    if missing := asked.missing():
        return redirect(f"{path()}/questions/{missing[0]}", 303)
    rows = [(each, asked.draft[each.key]) for each in asked.shown.purposes]
    return page("family/check_answers.html", link, about=asked.draft[ABOUT_YOU], rows=rows, ways=steps.WAYS)


@blueprint.post("/send")
@behind_check
def send(link: Link) -> Response:
    """Send the answers."""
    answering.send(link, questions_of(link))
    flash("Thank you. Your answers are saved.", "success")
    return redirect(path(), 303)


@blueprint.get("/stop")
@behind_check
def stop_form(link: Link) -> Response:
    """Ask who takes everything back."""
    asked = questions_of(link)
    return _show_stop(link, asked, _form(link, ABOUT_YOU, asked.draft.get(ABOUT_YOU)))


@blueprint.post("/stop")
@behind_check
def stop(link: Link) -> Response:
    """Take back everything that is agreed to now."""
    asked, typed = questions_of(link), _form(link, ABOUT_YOU)
    if not typed.validate():
        return _show_stop(link, asked, typed, status=422)
    answering.stop(link, asked, typed.typed())
    flash("Everything is stopped. KSAF has been told.", "success")
    return redirect(path(), 303)


def _asked(link: Link, step: str) -> Questions:
    asked = questions_of(link)
    if step not in asked.keys:
        abort(404)
    return asked


def _next(link: Link, asked: Questions, step: str) -> str:
    if link.row.answered_at is not None:
        return path()
    following = asked.after(step)
    return f"{path()}/questions/{following}" if following else f"{path()}/check-answers"


def _form(link: Link, step: str, said: Any = None) -> Any:
    """Return the form of a step with what is posted, or with what was said before."""
    posted = request.form if request.method == "POST" else None
    if step == ABOUT_YOU:
        return (YoungForm if link.is_young else AboutYouForm)(posted, data=said)
    return PurposeForm(posted, data=said).for_purpose(step)


def _show(link: Link, asked: Questions, step: str, form: Form, status: int = 200) -> Response:
    keys = asked.keys
    return page(
        "family/question.html",
        link,
        status=status,
        form=form,
        step=step,
        purpose=asked.purpose(step),
        number=keys.index(step) + 1,
        total=len(keys),
        before=keys[keys.index(step) - 1] if step != ABOUT_YOU else None,
        is_change=link.row.answered_at is not None,
    )


def _show_stop(link: Link, asked: Questions, form: Form, status: int = 200) -> Response:
    agreed = [each for each in shown.choices(link, asked) if each.is_agreed]
    return page("family/stop.html", link, status=status, form=form, agreed=agreed)
