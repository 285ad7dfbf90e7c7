"""The family's answer about one organisation: whether KSAF goes on sharing with it, or may again."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.family import answering, shown
from portal.family.forms import AboutYouForm
from portal.family.links import Link
from portal.family.routes.behind import behind_check, page, path, questions_of
from portal.family.shown import One
from portal.family.steps import ABOUT_YOU

blueprint = Blueprint("family_one", __name__, url_prefix="/consent/<token:token>")


@blueprint.get("/sharing-with")
@behind_check
def form(link: Link) -> Response:
    """Ask who stops the sharing with one organisation, or lets KSAF share with it again."""
    one = shown.one(link, request.args.get("organisation", ""))
    if one is None:
        return redirect(path(), 303)
    return _show(link, one, AboutYouForm(data=questions_of(link).draft.get(ABOUT_YOU)))


@blueprint.post("/sharing-with")
@behind_check
def answer(link: Link) -> Response:
    """Enter the answer; one that stands already, by a second click or somebody else, is left as it is."""
    one = shown.one(link, request.form.get("organisation", ""))
    is_agreed = request.form.get("answer") == "yes"
    if one is None or one.is_agreed is is_agreed:
        return redirect(path(), 303)
    typed = AboutYouForm(request.form)
    if not typed.validate():
        return _show(link, one, typed, status=422)
    answering.answer_one(link, questions_of(link), typed.typed(), one, is_agreed=is_agreed)
    done = "may share with it again" if is_agreed else "has stopped sharing with it"
    flash(f"KSAF {done}. Your other answers stay as they are.", "success")
    return redirect(path(), 303)


def _show(link: Link, one: One, typed: AboutYouForm, status: int = 200) -> Response:
    return page("family/sharing_with.html", link, status=status, form=typed, one=one)
