"""The pages of safeguarding: raising a concern and its receipt, and the team's own pages."""

from flask import Flask

from portal.safeguarding import authorities
from portal.safeguarding.authorities import Above
from portal.safeguarding.routes import cpoms, deciding, raising, team

_PAGES = (raising, team, deciding, cpoms)


def install(app: Flask, above: Above) -> None:
    """Register the pages about concerns on `app`; they read what is kept `above` this feature too."""
    app.extensions[authorities.NAME] = above
    for module in _PAGES:
        app.register_blueprint(module.blueprint)
