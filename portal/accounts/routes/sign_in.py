"""Signing in and out."""

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.access.decorators import public
from portal.accounts import signing_in, trail
from portal.accounts.forms import SignInForm
from portal.accounts.rules import own_path
from portal.audit.actions import Action
from portal.web import rendering

blueprint = Blueprint("sign_in", __name__)

NO_MATCH = "Check your email address and password: they do not match an account."


@blueprint.get("/sign-in")
@public
def show() -> AnyResponse:
    """Show the way in, or go on when somebody already is."""
    wanted = request.args.get("next")
    if current_user.is_authenticated:
        signed = signing_in.who()
        return redirect(own_path(wanted) if signed.actor else signing_in.next_step(signed, wanted))
    return _page(SignInForm(), 200)


@blueprint.post("/sign-in")
@public
def sign_in() -> AnyResponse:
    """Check an address and a password, and begin a session."""
    form = SignInForm()
    if not form.validate():
        return _page(form, 422)
    person = signing_in.check(form.email.data or "", form.password.data or "", request.remote_addr or "")
    if person is None:
        form.email.errors = [NO_MATCH]
        return _page(form, 422)
    browser = request.user_agent.string
    return redirect(signing_in.begin(person.id or 0, browser, request.args.get("next")), 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> AnyResponse:
    """End this browser's session; harmless when it is over already."""
    actor = getattr(current_user, "actor", None)
    if actor:
        trail.record(actor, Action.SIGNED_OUT, ("session", actor.session_id), everywhere=False)
    signing_in.leave()
    flash("You have signed out.", "success")
    response = redirect("/sign-in", 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _page(form: SignInForm, status: int) -> Response:
    return rendering.render("accounts/sign_in.html", status=status, form=form)
