"""The pages of safeguarding: raising a concern and its receipt, and the team's own pages."""

from flask import Flask

from portal.safeguarding.routes import raising, team

_PAGES = (raising, team)


def install(app: Flask) -> None:
    """Register the pages about concerns on `app`."""
    for module in _PAGES:
        app.register_blueprint(module.blueprint)
