"""One transaction a request: opened before the view, committed once after it, rolled back when it was refused."""

from http import HTTPStatus

from flask import Flask, Response, g, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal import db
from portal.faultpoints import Point, reach
from portal.web import errors

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: Flask) -> None:
    """Give every request of `app` a session of its database; GET and HEAD may not write in theirs."""

    @app.before_request
    def open_session() -> None:
        if request.endpoint == "static":
            return
        g.db_session = app.extensions["database"].open(write=request.method not in READING)
        g.db_current = db.current(g.db_session)
        g.db_current.__enter__()

    @app.after_request
    def commit(response: Response) -> Response:
        session = g.get("db_session")
        if session is None or not session.in_transaction():
            return response
        if session.info["writes"] and (response.status_code < HTTPStatus.BAD_REQUEST or g.get("keep_changes")):
            return _committed(session, response)
        session.rollback()
        return response

    @app.teardown_request
    def close_session(_error: BaseException | None) -> None:
        if "db_session" in g:
            g.pop("db_current").__exit__(None, None, None)
            g.pop("db_session").close()


def keep_changes() -> None:
    """Commit what this request has written although it will be refused: a counted sign-in attempt, a held form."""
    g.keep_changes = True


def _committed(session: Session, response: Response) -> Response:
    """Commit, and return `response`, or the page for a database that could not: after the view nothing else says so."""
    reach(Point.WEB_BEFORE_COMMIT)
    try:
        session.commit()
    except OperationalError as error:
        session.rollback()
        return errors.unavailable(error)
    reach(Point.WEB_AFTER_COMMIT)
    return response
