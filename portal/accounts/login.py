"""Flask-Login, told where our sessions are."""

from http import HTTPStatus
from typing import cast

from flask import Flask, Response, request
from flask_login import LoginManager, current_user

from portal.accounts import sessions


def install(app: Flask) -> None:
    """Load whoever is signed in on each request of `app`, and keep their session awake while they work."""
    app.config["SESSION_PROTECTION"] = None  # our table ends sessions; a changing phone address must not
    manager = LoginManager(app)
    manager.user_loader(sessions.load)

    @app.after_request
    def keep_awake(response: Response) -> Response:
        view = app.view_functions.get(request.endpoint or "")
        access = getattr(view, "access", None)
        # A poll asks nothing of a person; an autosave does, for somebody is typing. A refused change is rolled back.
        done = response.status_code < HTTPStatus.BAD_REQUEST or request.method in {"GET", "HEAD"}
        if done and access and not access.quiet and getattr(current_user, "actor", None):
            sessions.touch(cast("sessions.SignedIn", current_user))
        return response
