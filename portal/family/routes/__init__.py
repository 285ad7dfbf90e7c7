"""The family's page behind its link, and the pages on which a link is made."""

from flask import Flask

from portal.family.routes import made, page, questions


def install(app: Flask) -> None:
    """Register the family's page, and the pages that make its link, on `app`."""
    for module in (made, page, questions):
        app.register_blueprint(module.blueprint)
