"""What people see when something cannot be done: a page that says what to do, with the right status."""

from http import HTTPStatus

from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, HTTPException

KNOWN = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503})


class SomeoneWasFirstError(Conflict):
    """Two people acted at once; the message tells the second who was first and when."""

    heading = "Someone was first"

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


class OtherOrganisationError(SomeoneWasFirstError):
    """The form was shown for another of the person's organisations than the one they work for now."""

    heading = "You have changed organisation"


def install(app: Flask) -> None:
    """Show our own page for every error of `app`."""

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> tuple[str, int] | HTTPException:
        code = error.code or 500
        if code < HTTPStatus.BAD_REQUEST or error.response is not None:  # redirects pass
            return error
        is_ours = code >= HTTPStatus.INTERNAL_SERVER_ERROR
        shown = code if code in KNOWN else 500 if is_ours else 400
        if is_ours:
            return _plain(app, shown), code
        words = {name: getattr(error, name, None) for name in ("told", "heading")}
        words["typed"] = _typed() if code == HTTPStatus.CONFLICT else None
        return render_template(f"errors/{shown}.html", **words), code

    @app.errorhandler(CSRFError)
    def out_of_date(_error: CSRFError) -> tuple[str, int]:
        return render_template("errors/400.html", told=None), 400

    app.register_error_handler(OperationalError, unavailable)

    @app.errorhandler(StaleDataError)
    def overtaken(_error: StaleDataError) -> tuple[str, int]:
        return render_template("errors/409.html", told=None, typed=_typed()), 409


def unavailable(error: OperationalError) -> Response:
    """Say that the database is locked or full, or that there is none, and give back what was typed.

    Nothing was kept. Asked for by the transaction too, whose commit is where a disk turns out to be full.
    """
    current_app.logger.error("The database refused", extra={"facts": {"error": type(error.orig).__name__}})
    page = _plain(current_app, HTTPStatus.SERVICE_UNAVAILABLE, was_sent=request.method == "POST", typed=_typed())
    return Response(page, HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/html")


def _typed() -> list[str]:
    """Return what somebody wrote into a form that came to nothing: all of more than one word, which no choice sends."""
    sent = ((name, text.strip()) for name, text in request.form.items(multi=True) if "password" not in name)
    return [text for _, text in sent if len(text.split()) > 1]


def _plain(app: Flask, code: int, **words: object) -> str:
    """Return an error page that asks nothing of the database, which may be what is broken."""
    return app.jinja_env.get_template(f"errors/{code}.html").render(**words)
