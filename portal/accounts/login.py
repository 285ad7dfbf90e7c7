"""Flask-Login, told where our sessions are."""

from flask import Flask, Response, request
from flask_login import LoginManager, current_user

from portal.accounts import sessions


def install(app: Flask) -> None:
    """Load whoever is signed in on each request of `app`, and keep their session awake while they work."""
    manager = LoginManager(app)
    manager.session_protection = None  # our table ends sessions; a changing phone address must not
    manager.user_loader(sessions.load)

    @app.after_request
    def keep_awake(response: Response) -> Response:
        view = app.view_functions.get(request.endpoint or "")
        access = getattr(view, "access", None)
        reading = request.method in {"GET", "HEAD"}
        # Polls ask nothing of a person, and a writing request holds SQLite's one write lock already.
        if reading and access and not access.quiet and getattr(current_user, "actor", None):
            sessions.touch(current_user)
        return response
