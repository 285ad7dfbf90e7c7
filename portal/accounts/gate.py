"""What happens to a request that needs somebody signed in: the way there, with what was typed kept for the way back."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, flash, make_response, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from portal.access.decorators import SignInRequiredError
from portal.accounts import held, signing_in
from portal.accounts.throttle import TooManyTriesError
from portal.web import transactions

KEPT = "What you typed is kept. It comes back when you have signed in."


def install(app: Flask) -> None:
    """Answer for `app` whoever must sign in first, or must wait before trying again."""

    @app.errorhandler(SignInRequiredError)
    def ask_to_sign_in(_error: SignInRequiredError) -> Response:
        kept = request.method == "POST" and _hold()
        way = _way_back()
        if _by_script():
            return _tell_script(way)
        if kept:
            flash(KEPT, "info")
        return redirect(way, 303 if request.method == "POST" else 302)

    @app.after_request
    def let_go_of_what_was_sent(response: Response) -> Response:
        # Who it is may need the database, which may be why the answer is a refusal.
        is_taken = request.method == "POST" and response.status_code < HTTPStatus.BAD_REQUEST
        if is_taken and (actor := getattr(current_user, "actor", None)):
            held.forget(actor, request.path)
        return response

    @app.errorhandler(TooManyTriesError)
    def slow_down(error: TooManyTriesError) -> Response:
        return error.page()


def _hold() -> bool:
    row = signing_in.last_row()
    return row is not None and held.hold(row, request.path, request.form)


def _way_back() -> str:
    """Return the address of the step that is missing, which leads back to the page the request came from."""
    page = request.full_path.rstrip("?")
    if request.method not in {"GET", "HEAD"} or _by_script():
        came_from = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
        ours = came_from.netloc in {"", request.host}
        page = came_from.path + (f"?{came_from.query}" if came_from.query else "") if ours else "/"
    if current_user.is_authenticated:
        return signing_in.next_step(signing_in.who(), page)
    return signing_in.with_next("/sign-in", page)


def _by_script() -> bool:
    headers = request.headers
    return "HX-Request" in headers or "X-Autosave" in headers or request.accept_mimetypes.best == "application/json"


def _tell_script(way: str) -> Response:
    response = make_response(render_template("accounts/_signed_out.html", way=way), 401)
    if request.method == "POST":
        transactions.keep_changes()
        # A pressed button leads to sign-in; an autosave or a poll leaves the page, and its text, as it is.
        if "HX-Request" in request.headers and "X-Autosave" not in request.headers:
            response.headers["HX-Redirect"] = way
    return response
