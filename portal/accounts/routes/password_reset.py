"""A forgotten password: asking for a link, and using it."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.decorators import public
from portal.accounts import resets
from portal.accounts.forms import NewPasswordForm, ResetRequestForm
from portal.web import rendering

blueprint = Blueprint("password_reset", __name__, url_prefix="/password-reset")


@blueprint.get("")
@public
def show() -> Response:
    """Ask whose password is forgotten."""
    return rendering.render("accounts/password_reset.html", form=ResetRequestForm())


@blueprint.post("")
@public
def ask() -> Response:
    """Send a link, if there is somebody to send it to; the answer is the same either way."""
    form = ResetRequestForm()
    if not form.validate():
        return rendering.render("accounts/password_reset.html", status=422, form=form)
    resets.ask(form.email.data or "", request.remote_addr or "")
    return redirect("/password-reset/sent", 303)


@blueprint.get("/sent")
@public
def sent() -> Response:
    """Say what happens now."""
    return rendering.render("accounts/password_reset_sent.html")


@blueprint.get("/<token:token>")
@public
def choose(token: str) -> Response:
    """Ask for the new password."""
    if resets.person_of(token) is None:
        return _over()
    return rendering.render("accounts/new_password.html", form=NewPasswordForm())


@blueprint.post("/<token:token>")
@public
def change(token: str) -> Response:
    """Keep the new password, once."""
    person = resets.person_of(token)
    if person is None:
        return _over()
    form = NewPasswordForm()
    form.about = resets.words_about(person)
    if not form.validate():
        return rendering.render("accounts/new_password.html", status=422, form=form)
    if not resets.use(token, person, form.new_password.data or ""):
        return _over()
    flash("Your password is changed. Sign in with the new one.", "success")
    return redirect("/sign-in", 303)


def _over() -> Response:
    return rendering.render("accounts/link_over.html", status=404, kind="reset")
