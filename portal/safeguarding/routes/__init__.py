"""The pages of safeguarding: raising a concern and its receipt, and the team's own pages."""

from flask import Flask

from portal.safeguarding import authorities
from portal.safeguarding.authorities import Authorities
from portal.safeguarding.routes import cpoms, deciding, raising, team

_PAGES = (raising, team, deciding, cpoms)


def install(app: Flask, told: Authorities) -> None:
    """Register the pages about concerns on `app`; what the authorities were `told` is kept above this feature."""
    app.extensions[authorities.NAME] = told
    for module in _PAGES:
        app.register_blueprint(module.blueprint)
